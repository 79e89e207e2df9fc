//! How every error of this crate takes its stable code and its message from one table.

/// An error with a row in such a table.
pub(crate) trait Coded {
    /// Its code and its message.
    fn coded(&self) -> (&'static str, &'static str);
}

/// Gives an error type `code()`, `Display` and `Error` from its `row()`: a code that never
/// changes once released, and a message for people.
macro_rules! coded {
    ($name:ident) => {
        impl $name {
            /// The stable name of this error, for logs, audit records and answers.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                self.row().0
            }

            /// What was wrong, for people: lower case, without a full stop.
            #[must_use]
            pub const fn message(&self) -> &'static str {
                self.row().1
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.message())
            }
        }

        impl std::error::Error for $name {}

        impl $crate::coded::Coded for $name {
            fn coded(&self) -> (&'static str, &'static str) {
                self.row()
            }
        }
    };
}

pub(crate) use coded;
