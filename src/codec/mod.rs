//! Exact decoders of every charset we know and their inverses: tables and byte arithmetic. Which charset a text is in is not
//! decided here, but in `charset`.
