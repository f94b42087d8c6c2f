//! The HTML of strangers, made fit to be looked at: what is not on the lists below is gone.
//!
//! This is the first of three walls (WEB-01). The program shows what is left in a frame that
//! may run nothing and load nothing, and the text instead of it unless somebody asks. So a
//! hole here is not yet a hole; still, nothing that could be one is let through: no script,
//! no form, no frame, no style sheet, no identifier, no address that is fetched.
//!
//! Not here: frame and header fields (the program's pages).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

/// Cleans a piece of HTML; beyond [`HTML_OCTETS_MAX`] or [`MARKS_MAX`] it is cut before.
/// `pictures` are the `data:` URLs that stand for `cid:` ones; no other picture is shown.
pub fn clean(html: &str, pictures: HashMap<String, String>) -> String {
    let html = start(html);
    let mut builder = Builder::default();
    builder
        .tags(TAGS.into())
        .clean_content_tags(GONE_WITH_CONTENT.into())
        .tag_attributes(attributes())
        .generic_attributes(HashSet::from(["dir", "lang", "style", "title"]))
        .filter_style_properties(STYLES.into())
        .url_schemes(HashSet::from(["http", "https", "mailto", "cid"]))
        .url_relative(UrlRelative::Deny)
        .set_tag_attribute_value("a", "target", "_blank")
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, attribute, value| {
            kept(&pictures, element, attribute, value)
                .map(Cow::into_owned)
                .map(Cow::Owned)
        });
    builder.clean(html).to_string()
}

/// As much of it as is looked at.
fn start(html: &str) -> &str {
    let html = &html[..html.floor_char_boundary(HTML_OCTETS_MAX)];
    match html.match_indices('<').nth(MARKS_MAX) {
        Some((at, _)) => &html[..at],
        None => html,
    }
}

/// What an attribute's value becomes; `None` takes the attribute away.
fn kept<'v>(
    pictures: &'v HashMap<String, String>,
    element: &str,
    attribute: &str,
    value: &'v str,
) -> Option<Cow<'v, str>> {
    let own = scheme_is(value, "cid:");
    match (element, attribute) {
        ("img", "src") => Some(pictures.get(value.get(4..).filter(|_| own)?)?.into()),
        ("a", "href") if own => None,
        (_, "style") => Some(styles(value).into()),
        _ => Some(value.into()),
    }
}

/// A style attribute without what is more than words, numbers and colours: a function could
/// be `url()`, an escape could hide it.
fn styles(value: &str) -> String {
    let all = value.split(';');
    let plain: Vec<_> = all.filter(|declaration| is_plain(declaration)).collect();
    plain.join(";")
}

fn is_plain(declaration: &str) -> bool {
    let mut before_functions: Vec<_> = declaration.split('(').collect();
    before_functions.pop();
    let is_colour = |before: &&str| {
        let before = before.to_ascii_lowercase();
        COLOURS.iter().any(|name| before.ends_with(name))
    };
    !declaration.contains('\\') && before_functions.iter().all(is_colour)
}

fn scheme_is(url: &str, scheme: &str) -> bool {
    let start = url.get(..scheme.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    let cell = [
        "align", "bgcolor", "colspan", "height", "rowspan", "valign", "width",
    ];
    HashMap::from([
        ("a", HashSet::from(["href"])),
        ("col", HashSet::from(["align", "span", "width"])),
        ("div", HashSet::from(["align"])),
        ("font", HashSet::from(["color", "face", "size"])),
        (
            "img",
            HashSet::from(["align", "alt", "height", "src", "width"]),
        ),
        ("ol", HashSet::from(["start"])),
        ("p", HashSet::from(["align"])),
        (
            "table",
            HashSet::from([
                "align",
                "bgcolor",
                "border",
                "cellpadding",
                "cellspacing",
                "width",
            ]),
        ),
        ("td", HashSet::from(cell)),
        ("th", HashSet::from(cell)),
        ("tr", HashSet::from(["align", "bgcolor", "valign"])),
    ])
}

/// As much as a reader gets through; what is longer is a catalogue, and parsing costs time.
pub const HTML_OCTETS_MAX: usize = 256 * 1024;

/// Tags of a letter, beginnings and ends together. A parser may walk all that is open at
/// each of them: 50,000 that nobody closes took it a minute.
const MARKS_MAX: usize = 10_000;

/// Text, lists, tables, pictures.
const TAGS: [&str; 52] = [
    "a",
    "abbr",
    "address",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
];

/// What is no text when its tags are taken away.
const GONE_WITH_CONTENT: [&str; 16] = [
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "noembed",
    "noframes",
    "iframe",
    "object",
    "svg",
    "math",
    "textarea",
    "select",
    "xmp",
    "plaintext",
    "head",
];

/// Colour, type and distances. None of them takes an address.
const STYLES: [&str; 36] = [
    "color",
    "background-color",
    "direction",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "letter-spacing",
    "line-height",
    "text-align",
    "text-decoration",
    "text-indent",
    "vertical-align",
    "white-space",
    "width",
    "max-width",
    "min-width",
    "border",
    "border-top",
    "border-right",
    "border-bottom",
    "border-left",
    "border-collapse",
    "border-color",
    "border-style",
    "border-width",
    "margin",
    "margin-top",
    "margin-right",
    "margin-bottom",
    "margin-left",
    "padding",
    "padding-top",
    "padding-right",
    "padding-bottom",
    "padding-left",
];

/// Functions that make a colour.
const COLOURS: [&str; 4] = ["rgb", "rgba", "hsl", "hsla"];

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn cleaned(html: &str) -> String {
        let picture = ("p@x".to_owned(), "data:image/png;base64,AAAA".to_owned());
        clean(html, HashMap::from([picture]))
    }

    #[test]
    fn letters_stay_readable() {
        for (html, left) in [
            (
                "<p style=\"color: rgb(1, 2, 3); position: fixed\">Hello <b>you</b></p>",
                "<p style=\"color:rgb(1, 2, 3)\">Hello <b>you</b></p>",
            ),
            (
                "<img src=\"CID:p@x\" alt=\"logo\">",
                "<img src=\"data:image/png;base64,AAAA\" alt=\"logo\">",
            ),
            (
                "<table border=1><tr><td bgcolor=#fff>1</table>",
                "<table border=\"1\"><tbody><tr><td bgcolor=\"#fff\">1</td></tr></tbody></table>",
            ),
        ] {
            assert_eq!(cleaned(html), left, "{html}");
        }
    }

    #[test]
    fn a_link_opens_elsewhere_and_tells_nothing() {
        let left = cleaned("<a href=\"https://a.example/x?y=1&amp;z\" onclick=\"x()\">a</a>");
        for part in [
            "href=\"https://a.example/x?y=1&amp;z\"",
            "target=\"_blank\"",
            "rel=\"noopener noreferrer nofollow\"",
        ] {
            assert!(left.contains(part), "{left}");
        }
        assert!(!left.contains("onclick"), "{left}");
    }

    #[test]
    fn nothing_is_fetched_run_or_sent() {
        for html in [
            "y<img src=\"https://t.example/1.gif\" alt=\"x\">",
            "y<img src=\"cid:other\"><a href=\"cid:p@x\">x</a>",
            "y<img src=x srcset=\"https://t.example/1 1x\">",
            "y<a href=\"javascript:alert(1)\">x</a><a href=\"/account/people\">x</a>",
            "<style>@import url(https://t.example)</style>y",
            "<p style=\"background-color: url(https://t.example/x)\">y</p>",
            "<p style=\"color:\\75rl(//t.example);width:expression(on)\">y</p>",
            "<svg><animate onbegin=alert(1)></svg><form action=//t.example><input name=a></form>y",
            "<base href=\"https://t.example/\"><meta http-equiv=refresh content=\"0;url=//x\">y",
            "<table background=\"https://t.example/x\"><tr><td>y</table>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img onerror=x\">y",
        ] {
            let found = cleaned(html);
            for bad in [
                "t.example",
                "script:",
                "cid:",
                "on",
                "/account",
                "refresh",
                "<form",
            ] {
                let found = found
                    .replace("noopener", "")
                    .replace("background-color", "");
                assert!(!found.contains(bad), "{html} -> {found}");
            }
            assert!(
                found.contains('y') || html.contains("<math>"),
                "{html} -> {found}"
            );
        }
    }

    /// A parser walks all that is open at each tag, and all attributes at each attribute.
    #[test]
    fn the_worst_letter_takes_no_long_time() {
        let pieces = [
            "<p>",
            "<b>",
            "<div>",
            "<a href=x>",
            "<table>",
            "<b><p>",
            "<font size=1><p>",
            "<ul><li>",
            "<b></i>",
            "<!--",
            "&#",
        ];
        let mut worst: Vec<_> = pieces
            .map(|it| it.repeat(HTML_OCTETS_MAX / it.len()))
            .into();
        let names = (0..40_000).map(|number| format!(" a{number}"));
        worst.push(format!("<p{}>", names.collect::<String>()));
        for html in worst {
            let begun = Instant::now();
            cleaned(&html);
            let (took, start) = (begun.elapsed(), &html[..20]);
            assert!(took < Duration::from_secs(5), "{start}: {took:?}");
        }
    }
}
