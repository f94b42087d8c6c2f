//! What goes wrong, where, and how often.

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// For everybody.
    Mx,
    /// STARTTLS and a login.
    Submission,
    /// TLS from the first octet and a login.
    Submissions,
}

/// A point in a session where something can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the greeting.
    Greeting,
    /// After EHLO.
    Ehlo,
    /// After STARTTLS.
    Starttls,
    /// After AUTH, with or without an initial response.
    Auth,
    /// After MAIL.
    Mail,
    /// After RCPT.
    Rcpt,
    /// After DATA.
    Data,
    /// After the text.
    Text,
}

/// What it does instead of what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says this line (or lines, parted by `\r\n`); a 421 ends the session.
    Say(&'static str),
    /// Hangs up without a word.
    HangUp,
    /// Says nothing more until the peer goes.
    FallSilent,
    /// Does what it should and hangs up before it says so.
    LoseReply,
    /// Does what it should and says nothing of it until the peer goes.
    WithholdReply,
}

/// One piece of trouble.
#[derive(Debug, Clone)]
pub struct Trouble {
    stage: Stage,
    act: Act,
    door: Option<Door>,
    about: Option<&'static str>,
    left: usize,
}

impl Trouble {
    /// This, at this point, whenever it comes to it.
    pub fn at(stage: Stage, act: Act) -> Self {
        Self {
            stage,
            act,
            door: None,
            about: None,
            left: usize::MAX,
        }
    }

    /// Greylisting (RFC 6647): the first recipients are put off.
    pub fn greylisting(door: Door, times: usize) -> Self {
        let reply = "450 4.2.0 Greylisted, please try again in 300 seconds";
        Self::at(Stage::Rcpt, Act::Say(reply)).on(door).times(times)
    }

    /// At one door only.
    pub fn on(mut self, door: Door) -> Self {
        self.door = Some(door);
        self
    }

    /// So often, then never again.
    pub fn times(mut self, times: usize) -> Self {
        self.left = times;
        self
    }

    /// Only where the command line contains this.
    pub fn about(mut self, text: &'static str) -> Self {
        self.about = Some(text);
        self
    }

    fn fits(&self, door: Door, stage: Stage, line: &str) -> bool {
        self.left > 0
            && self.stage == stage
            && self.door.is_none_or(|it| it == door)
            && self.about.is_none_or(|text| line.contains(text))
    }
}

/// The first trouble that fits; it is counted as made.
pub(super) fn due(troubles: &mut [Trouble], door: Door, stage: Stage, line: &str) -> Option<Act> {
    let trouble = troubles.iter_mut().find(|it| it.fits(door, stage, line))?;
    trouble.left -= 1;
    Some(trouble.act.clone())
}
