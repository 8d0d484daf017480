//! Files, folders and lines: the only folder that knows the file system. A new format of input or output is one file here.
//! What is done with a record is not decided here.

pub mod archive;
pub mod compress;
pub mod document;
pub mod http;
pub mod jsonl;
pub mod lines;
pub mod markdown;
pub mod mnbvc;
pub mod open;
pub mod output;
pub mod quarantine;
pub mod record;
pub mod records;
pub mod rules;
pub mod source;
pub mod spool;
pub mod table;
pub mod warc;
pub mod window;
