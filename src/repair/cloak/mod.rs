//! Undoes the cloak: pages turned into traditional characters with a reading behind many of them, put there byte by byte so
//! that characters were torn apart. What the damage is stands in `channel`; when a page is touched at all, in `gate`.

pub mod channel;

mod annotation;
mod gbk;
mod readings;
