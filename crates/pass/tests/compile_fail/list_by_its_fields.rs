//! error: E0451
//! A list does not change what it reads from.

use gatepost_pass::List;

pub fn swap(real: List<Vec<u8>>, reader: Vec<u8>) -> List<Vec<u8>> {
    List { reader, ..real }
}
