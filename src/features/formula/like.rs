//! LIKE.

use std::str::Chars;

/// A pattern: `%` is any text, `_` any one letter.
#[derive(Debug, Clone)]
pub(super) struct Like(Box<[Sign]>);

#[derive(Debug, Clone, Copy)]
enum Sign {
    Any,
    One,
    Letter(char),
}

impl Like {
    pub(super) fn new(pattern: &str) -> Self {
        let sign = |letter| match letter {
            '%' => Sign::Any,
            '_' => Sign::One,
            letter => Sign::Letter(letter),
        };
        Self(pattern.chars().map(sign).collect())
    }

    /// Whether a whole text fits. Where it does not, the last `%` takes one letter more: an earlier one need not.
    pub(super) fn fits(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        let mut last: Option<(usize, Chars<'_>)> = None;
        loop {
            let mut after = rest.clone();
            let fits = match (self.0.get(at), after.next()) {
                (None, None) => return true,
                (Some(Sign::Any), _) => {
                    at += 1;
                    last = Some((at, rest.clone()));
                    continue;
                }
                (Some(_), None) => return false,
                (None, Some(_)) => false,
                (Some(Sign::One), Some(_)) => true,
                (Some(Sign::Letter(own)), Some(letter)) => *own == letter,
            };
            if fits {
                (at, rest) = (at + 1, after);
                continue;
            }
            let Some((behind, taken)) = &mut last else { return false };
            if taken.next().is_none() {
                return false;
            }
            (at, rest) = (*behind, taken.clone());
        }
    }
}
