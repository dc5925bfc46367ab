//! error: E0594
//! A policy is not changed once it is checked.

use gatepost_pass::Rules;

pub fn relax(rules: &mut Rules) {
    rules.policy().max_validity_days = u16::MAX;
}
