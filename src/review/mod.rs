//! Going through findings one by one and deciding about each: known, to be kept, or a rule of one's own. What is gone through lives in
//! `item`, what keys do in `walk` and `form`, what is seen in `draw`, what comes of it as files in `store`. Nothing here knows a terminal.

pub mod draw;
mod form;
pub mod item;
mod rule;
mod scene;
pub mod store;
pub mod walk;

pub use draw::draw;
pub use walk::{Key, Means, Walk};
