//! Numbers as a small picture: bars of an SVG, which needs neither script nor style. The
//! numbers themselves stand beside it, for who cannot see them.

/// A row of bars, the highest as high as the picture.
pub(super) struct Bars {
    /// In the order in which they are shown.
    pub(super) bars: Vec<Bar>,
    /// What stands below, at equal distances.
    pub(super) captions: Vec<String>,
}

/// One bar; heights are of a hundred.
pub(super) struct Bar {
    /// Its left edge.
    pub(super) x: usize,
    /// All of it.
    pub(super) height: u64,
    /// The part at its foot that deserves a look.
    pub(super) warned: u64,
    /// What it stands for, with its number.
    pub(super) name: String,
    /// It is the one that is spoken of.
    pub(super) chosen: bool,
}

/// What one bar is made of.
pub(super) struct Value {
    /// What it stands for, with its number.
    pub(super) name: String,
    /// How much.
    pub(super) all: u64,
    /// How much of it deserves a look.
    pub(super) warned: u64,
    /// It is the one that is spoken of.
    pub(super) chosen: bool,
}

impl Bars {
    /// A bar for each value.
    pub(super) fn new(values: impl IntoIterator<Item = Value>, captions: Vec<String>) -> Self {
        let values: Vec<Value> = values.into_iter().collect();
        let highest = values.iter().map(|value| value.all).max();
        let highest = highest.unwrap_or_default().max(1);
        // What is there is seen, however little it is beside the rest.
        let height = |part: u64| (part * HEIGHT).div_ceil(highest);
        let bars = values.into_iter().enumerate();
        Self {
            bars: bars
                .map(|(place, value)| Bar {
                    x: place * STEP + (STEP - WIDTH) / 2,
                    height: height(value.all),
                    warned: height(value.warned.min(value.all)),
                    name: value.name,
                    chosen: value.chosen,
                })
                .collect(),
            captions,
        }
    }

    /// There is nothing to be seen.
    pub(super) fn is_empty(&self) -> bool {
        self.bars.iter().all(|bar| bar.height == 0)
    }

    /// The width of the picture.
    pub(super) fn across(&self) -> usize {
        self.bars.len() * STEP
    }
}

impl Bar {
    /// How wide a bar is.
    pub(super) fn width(&self) -> usize {
        WIDTH
    }

    /// Where something of this height begins, from above.
    pub(super) fn above(&self, height: &u64) -> u64 {
        HEIGHT - height
    }
}

const HEIGHT: u64 = 100;
/// From one bar to the next.
const STEP: usize = 10;
const WIDTH: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_fills_the_picture_and_the_least_is_seen() {
        let value = |all, warned| Value {
            name: String::new(),
            all,
            warned,
            chosen: false,
        };
        let bars = Bars::new([value(1000, 1), value(0, 0), value(1, 0)], Vec::new());
        let drawn: Vec<_> = bars
            .bars
            .iter()
            .map(|it| (it.x, it.height, it.warned))
            .collect();
        assert_eq!(drawn, [(2, 100, 1), (12, 0, 0), (22, 1, 0)]);
        assert_eq!(bars.across(), 30);
        let empty = Bars::new([value(0, 0)], Vec::new());
        assert!(empty.is_empty() && !bars.is_empty());
    }
}
