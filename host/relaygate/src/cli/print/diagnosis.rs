//! What was seen of the confirmation mails, as a person reads it: one line for
//! each thing, in the order in which it happened.

use serde_json::Value;

use super::layout::{cell, field};

/// Both sides of an address.
pub(super) fn words(diagnosis: &Value) -> String {
    ["inbound", "outbound"]
        .map(|way| format!("\n{way}\n{}", side(&diagnosis[way])))
        .concat()
}

fn side(side: &Value) -> String {
    let mut lines = Vec::new();
    lines.extend(way_out(&side["way_out"]));
    lines.extend(way_back(&side["way_back"]));
    lines.extend(each(&side["findings"]).map(finding));
    let lines = lines.into_iter().map(|(head, text)| {
        // A reply of several lines stays one line here.
        format!("  {head:8}  {}\n", text.replace('\n', " "))
    });
    lines.collect()
}

type Line = (&'static str, String);

fn way_out(out: &Value) -> Vec<Line> {
    if out.is_null() {
        return vec![("sent", "never".to_owned())];
    }
    let signed = if out["signed"] == true {
        "signed"
    } else {
        "not signed"
    };
    let sent = format!(
        "{} to {}, {signed}, as {}",
        cell(&out["path"]),
        cell(&out["server"]),
        cell(&out["email_id"])
    );
    let attempts = each(&out["attempts"]).map(|attempt| {
        let text = joined([
            field(attempt, "at"),
            cell(&attempt["end"]),
            known(&attempt["reason"], "", ""),
            known(&attempt["server"], "by ", ""),
            tls(&attempt["tls"]),
            known(&attempt["certificate"], "certificate of ", ""),
            known(&attempt["login"], "logged in as ", ""),
            known(&attempt["reply"], "\"", "\""),
        ]);
        ("attempt", text)
    });
    std::iter::once(("sent", sent)).chain(attempts).collect()
}

fn way_back(back: &Value) -> Vec<Line> {
    if back.is_null() {
        return vec![("returned", "no".to_owned())];
    }
    let hops = each(&back["hops"]).map(|hop| {
        let text = joined([
            cell(&hop["by"]),
            known(&hop["from"], "from ", ""),
            known(&hop["with"], "with ", ""),
            known(&hop["seconds"], "after ", " s"),
        ]);
        ("hop", text)
    });
    let returned = joined([
        field(back, "at"),
        known(&back["peer"], "from ", ""),
        tls(&back["tls"]),
        match back["credential"].is_null() {
            true => "not authenticated".to_owned(),
            false => known(&back["credential"], "credential ", ""),
        },
        known(&back["session"], "session ", ""),
    ]);
    let mut lines: Vec<Line> = hops.collect();
    lines.push(("returned", returned));
    if back["copies"].as_u64() > Some(1) {
        lines.push(("copies", cell(&back["copies"])));
    }
    lines.push((
        "dkim",
        format!("our signature {}", cell(&back["signature"])),
    ));
    lines.extend(each(&back["fields"]).map(|it| {
        let text = format!("{} {}", cell(&it["name"]), cell(&it["fate"]));
        ("field", text)
    }));
    lines.extend(each(&back["results"]).map(|it| {
        let domain = known(&it["domain"], "(", ")");
        let text = format!("{} {} {domain}", cell(&it["method"]), cell(&it["verdict"]));
        ("receiver", text.trim_end().to_owned())
    }));
    lines
}

fn finding(finding: &Value) -> Line {
    let head = if finding["fatal"] == true {
        "FAILED"
    } else {
        "note"
    };
    let text = joined([
        cell(&finding["code"]),
        known(&finding["field"], "", ""),
        known(&finding["seen"], "", ""),
        known(&finding["mend"], "", ""),
    ]);
    (head, text)
}

fn tls(value: &Value) -> String {
    match value.is_null() {
        true => "clear text".to_owned(),
        false => cell(value),
    }
}

/// A value between two texts; nothing if there is none.
fn known(value: &Value, before: &str, after: &str) -> String {
    match value.is_null() {
        true => String::new(),
        false => format!("{before}{}{after}", cell(value)),
    }
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_side_reads_from_the_first_attempt_to_the_last_finding() {
        let side = json!({
            "way_out": {"email_id": "01J", "path": "smarthost", "server": "mail.acme.example:587",
                "signed": true, "attempts": [
                {"at": 0, "end": "deferred", "reason": "greylisted", "reply": "450 4.2.0 a\nb",
                 "tls": "TLSv1.3 X", "login": "help@acme.example"}]},
            "way_back": {"at": 0, "copies": 2, "session": "s-1", "peer": "192.0.2.1", "tls": null,
                "credential": null, "signature": "kept",
                "hops": [{"by": "mail.acme.example", "from": null, "with": "ESMTPS", "seconds": 3}],
                "fields": [{"name": "X-Mailer", "fate": "missing"}],
                "results": [{"method": "spf", "verdict": "pass", "domain": "desk.example"}]},
            "findings": [{"code": "header_missing", "fatal": true, "field": "X-Mailer",
                "seen": "it is gone", "mend": null}],
        });
        let expected = "  sent      smarthost to mail.acme.example:587, signed, as 01J
  attempt   -, deferred, greylisted, TLSv1.3 X, logged in as help@acme.example, \"450 4.2.0 a b\"
  hop       mail.acme.example, with ESMTPS, after 3 s
  returned  -, from 192.0.2.1, clear text, not authenticated, session s-1
  copies    2
  dkim      our signature kept
  field     X-Mailer missing
  receiver  spf pass (desk.example)
  FAILED    header_missing, X-Mailer, it is gone
";
        assert_eq!(super::side(&side), expected);
    }

    #[test]
    fn what_was_never_sent_is_told_as_that() {
        assert_eq!(
            super::side(&json!({})),
            "  sent      never\n  returned  no\n"
        );
    }
}
