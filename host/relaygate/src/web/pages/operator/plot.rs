//! A curve as a picture: lines over time, drawn with attributes alone, since the pages'
//! policy lets no inline style in. The colours stand in the stylesheet.
//!
//! Not here: what is shown ([`super::metrics`]).

/// One picture with one or two lines.
pub(super) struct Plot {
    /// The lines, each in the colour of its place.
    pub(super) lines: Vec<Line>,
    /// Where a figure stands beside the picture, from the bottom up.
    pub(super) marks: Vec<Mark>,
    /// Nothing is drawn: nothing of it happened.
    pub(super) empty: bool,
}

/// One line: a piece for each stretch without a gap.
pub(super) struct Line {
    /// Each as `x,y x,y …`.
    pub(super) pieces: Vec<String>,
}

/// A figure beside the picture.
pub(super) struct Mark {
    /// How far down, in units of the picture.
    pub(super) y: u32,
    /// The figure.
    pub(super) text: String,
}

impl Plot {
    /// Draws series over `span` milliseconds that end at `end`. A value that is not
    /// there leaves a gap.
    pub(super) fn new(series: &[Vec<(u64, Option<f64>)>], end: u64, span: u64) -> Self {
        let values = series.iter().flatten().filter_map(|(_, value)| *value);
        let highest = values.fold(0.0, f64::max);
        let top = round_up(highest);
        let lines = series.iter().map(|points| Line {
            pieces: pieces(points, top, end, span),
        });
        Self {
            lines: lines.collect(),
            marks: marks(top),
            empty: highest <= 0.0,
        }
    }
}

fn pieces(points: &[(u64, Option<f64>)], top: f64, end: u64, span: u64) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), Vec::new());
    for (at, value) in points {
        match value {
            Some(value) => piece.push(point(*at, *value, top, end, span)),
            None => finish(&mut pieces, &mut piece),
        }
    }
    finish(&mut pieces, &mut piece);
    pieces
}

/// A piece of one point is drawn as a short dash.
fn finish(pieces: &mut Vec<String>, piece: &mut Vec<(f64, f64)>) {
    if let [(x, y)] = *piece.as_slice() {
        *piece = vec![(x - DASH / 2.0, y), (x + DASH / 2.0, y)];
    }
    if piece.is_empty() {
        return;
    }
    let points = piece.drain(..).map(|(x, y)| format!("{x:.1},{y:.1}"));
    pieces.push(points.collect::<Vec<_>>().join(" "));
}

fn point(at: u64, value: f64, top: f64, end: u64, span: u64) -> (f64, f64) {
    let ago = end.saturating_sub(at).min(span) as f64 / span as f64;
    let x = f64::from(WIDTH) * (1.0 - ago);
    let y = f64::from(HEIGHT) * (1.0 - value / top);
    (x, y)
}

fn marks(top: f64) -> Vec<Mark> {
    let mark = |part: u32| Mark {
        y: HEIGHT - HEIGHT * part / MARKS,
        text: figure(top * f64::from(part) / f64::from(MARKS)),
    };
    (0..=MARKS).map(mark).collect()
}

/// The next of 1, 2, 5 times a power of ten: figures people can halve.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * power);
    let found = steps.into_iter().find(|step| value <= *step);
    found.unwrap_or(10.0 * power)
}

/// With as many places as say something.
pub(super) fn figure(value: f64) -> String {
    let places = match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{value:.places$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Width of a picture in its own units; also stands in the template.
pub(super) const WIDTH: u32 = 320;
/// Its height.
pub(super) const HEIGHT: u32 = 110;
/// Parts of the height that have a figure beside them.
const MARKS: u32 = 2;
/// Length of what is drawn for a single point.
const DASH: f64 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_cuts_the_line() {
        let points = vec![
            (0, Some(0.0)),
            (50, Some(1.0)),
            (60, None),
            (100, Some(2.0)),
        ];
        let plot = Plot::new(&[points], 100, 100);
        let drawn = ["0.0,110.0 160.0,55.0", "318.0,0.0 322.0,0.0"];
        assert_eq!(plot.lines[0].pieces, drawn);
        let marks: Vec<_> = plot
            .marks
            .iter()
            .map(|it| (it.y, it.text.as_str()))
            .collect();
        assert_eq!(marks, [(110, "0"), (55, "1"), (0, "2")]);
        assert!(!plot.empty);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let plot = Plot::new(&[vec![(0, None)], vec![]], 100, 100);
        assert!(plot.empty && plot.lines.iter().all(|line| line.pieces.is_empty()));
    }

    #[test]
    fn the_top_is_a_round_figure() {
        for (value, top) in [
            (0.0, 1.0),
            (0.03, 0.05),
            (1.0, 1.0),
            (1.1, 2.0),
            (51.0, 100.0),
        ] {
            assert!((round_up(value) - top).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn figures_have_the_places_that_tell() {
        for (value, expected) in [
            (0.0, "0"),
            (0.004_2, "0.004"),
            (0.5, "0.5"),
            (12.34, "12.3"),
            (1_234.5, "1234"),
            (100.0, "100"),
        ] {
            assert_eq!(figure(value), expected);
        }
    }
}
