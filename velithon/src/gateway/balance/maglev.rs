//! Maglev's table: every key leads to a slot, every slot to a target, and few slots change when a target goes.
//!
//! Each target has a permutation of the slots that follows from its name alone; in turn, as often as they weigh, targets
//! take the first slot of theirs that is free (Eisenbud et al., NSDI 2016, section 3.4).
//!
//! Small sets have a table too: comparing all targets would serve them as well, but where one method ends and the other
//! begins, a single target more or less would move nearly every key.

use crate::gateway::balance::weighted;
use crate::gateway::target::Member;

/// Slots of a table: a prime, and a hundred slots for a target are enough to share them out within a percent.
pub(crate) const SLOTS: usize = 65_537;

/// A slot that nobody has taken yet.
const FREE: u32 = u32::MAX;

/// The position in the set for each slot; backups have none.
pub(crate) fn table(members: &[Member]) -> Box<[u32]> {
    let primaries: Vec<usize> = (0..members.len()).filter(|&index| !members[index].spec.backup).collect();
    let weights: Vec<u32> = primaries.iter().map(|&index| u32::from(members[index].spec.weight)).collect();
    let mut walks: Vec<Walk> = primaries.iter().map(|&index| Walk::of(members[index].target.hash())).collect();
    let mut slots = vec![FREE; SLOTS];
    // Whose turn it is to take a slot, around and around.
    let turns = weighted::sequence(&weights);
    for &place in turns.iter().cycle().take(if primaries.is_empty() { 0 } else { SLOTS }) {
        let slot = walks[place as usize].first_free(&slots);
        slots[slot] = primaries[place as usize] as u32;
    }
    slots.into()
}

/// One target's way through the slots.
struct Walk {
    next: usize,
    skip: usize,
}

impl Walk {
    fn of(hash: u64) -> Self {
        let second = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
        Self { next: (hash % SLOTS as u64) as usize, skip: (second % (SLOTS as u64 - 1)) as usize + 1 }
    }

    fn first_free(&mut self, slots: &[u32]) -> usize {
        loop {
            let slot = self.next;
            self.next = (slot + self.skip) % SLOTS;
            if slots[slot] == FREE {
                return slot;
            }
        }
    }
}
