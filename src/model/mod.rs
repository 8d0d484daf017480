//! The character model: how likely a text is language. One model for detection, mojibake and cloak repair.
