//! The HTML report of a run: what is told of each record, which records are shown whole, and the one page all of it becomes. Collecting
//! it while a run goes on lives in `run`; how the page looks and acts lives in `src/data/report/`.
//!
//! Text of pages gets into the report as JSON in data blocks, escaped so that none of it is markup (see [`json`]), and onto the screen
//! as text nodes alone.

pub mod choose;
pub mod json;
pub mod page;
pub mod told;
pub mod view;

pub use told::{Fate, Told};
pub use view::View;
