//! The main content of an HTML page: which blocks belong to it, judged by the elements they stand in. Lines of plain text, and the
//! closed-class lines inside the content, are `lines`'.

mod features;
mod measure;
mod survey;
mod words;

#[cfg(test)]
mod training;
