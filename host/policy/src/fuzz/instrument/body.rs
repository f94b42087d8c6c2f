//! The body of one function, with a counter wherever control may arrive: at its beginning,
//! at the head of a loop, in either half of an `if`, past a branch that was not taken, and
//! behind the end of a block, where branches lead.

use wasm_encoder::{Encode, Instruction, MemArg};
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// Hands out counters: octets of one memory.
pub(super) struct Counters {
    /// The memory's index.
    pub(super) memory: u32,
    /// Address of the next one.
    pub(super) next: u32,
    /// Where there are no more.
    pub(super) end: u32,
    /// One edge of so many is counted.
    pub(super) every: u32,
    /// Edges met so far.
    pub(super) met: u32,
    /// How many have no counter.
    pub(super) left_out: u32,
}

/// The body, without its length. What it does is as before; only counters are bumped.
pub(super) fn with_counters(
    body: &FunctionBody<'_>,
    counters: &mut Counters,
) -> Result<Vec<u8>, BinaryReaderError> {
    let original = body.as_bytes();
    let begins = body.range().start;
    let mut operators = body.get_operators_reader()?;
    let mut copied = operators.original_position();
    let mut whole = original[..copied - begins].to_vec();
    counters.bump(&mut whole);
    while !operators.eof() {
        let operator = operators.read()?;
        let at = operators.original_position();
        whole.extend(&original[copied - begins..at - begins]);
        copied = at;
        if arrives(&operator) && !operators.eof() {
            counters.bump(&mut whole);
        }
    }
    Ok(whole)
}

/// Whether control may come from more than one place to what follows, or goes two ways here.
fn arrives(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
    )
}

impl Counters {
    /// Adds one to the next counter, up to 255: `c += (c != 255)`. Nothing of the
    /// function's is touched.
    fn bump(&mut self, code: &mut Vec<u8>) {
        self.met += 1;
        if self.next == self.end || !self.met.is_multiple_of(self.every) {
            self.left_out += 1;
            return;
        }
        let counter = MemArg {
            offset: self.next.into(),
            align: 0,
            memory_index: self.memory,
        };
        self.next += 1;
        for instruction in [
            Instruction::I32Const(0),
            Instruction::I32Const(0),
            Instruction::I32Load8U(counter),
            Instruction::I32Const(0),
            Instruction::I32Load8U(counter),
            Instruction::I32Const(255),
            Instruction::I32Ne,
            Instruction::I32Add,
            Instruction::I32Store8(counter),
        ] {
            instruction.encode(code);
        }
    }
}
