//! What could not be read of a feed's document, told up to a number and then counted.

/// Most parts of a document that are named.
const MOST_NAMED: usize = 50;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Unread {
    told: Vec<String>,
    more: usize,
}

impl Unread {
    /// Adds a part, with the reason.
    pub(super) fn add(&mut self, text: String) {
        if self.told.len() < MOST_NAMED {
            self.told.push(text);
        } else {
            self.more += 1;
        }
    }

    /// What is told of it, for [`crate::feed::FeedHead::unread`].
    pub(super) fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.told.push(format!("{} more", self.more));
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_counted() {
        let mut unread = Unread::default();
        (0..53).for_each(|part| unread.add(format!("part {part}")));
        let told = unread.finish();
        assert_eq!((told.len(), told.last().map(String::as_str)), (51, Some("3 more")));
        assert_eq!(Unread::default().finish(), [""; 0]);
    }
}
