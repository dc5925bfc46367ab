//! From what was seen to what the guard is told.

pub mod verdict;
