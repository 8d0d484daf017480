//! jingwen (净文, "clean text") turns dirty scraped pages into clean UTF-8 text and can prove what it did.
//!
//! ```
//! use jingwen::{Kernel, Options, RawDoc};
//!
//! let kernel = Kernel::new(Options::default());
//! let page = kernel.page(RawDoc { id: "note.txt", bytes: "春天来了。".as_bytes(), ..RawDoc::default() });
//! assert_eq!(page.clean().to_text(true), "春天来了。\n");
//! assert!(page.layers[0].edits.is_empty());
//! ```
//!
//! Three kinds of record tell what happened: an [`Edit`] says *these bytes became those, because of this rule*; a [`Mark`] says
//! *this block is left out, because of this rule*; a [`Note`] says *this was guessed, or was lost before it came to us*. Text changes
//! only through edits, blocks are never deleted, only marked. Stages are pure functions that do not know each other;
//! [`Kernel::page`] is the one place that knows their order. See ARCHITECTURE.md.

#[cfg(feature = "dump")]
pub mod batch;
pub mod block;
pub mod boilerplate;
pub mod byline;
mod bytes;
pub mod charset;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codec;
#[cfg(test)]
mod derived;
pub mod diff;
pub mod draft;
pub mod edit;
pub mod error;
pub mod explain;
pub mod form;
pub mod html;
#[cfg(feature = "dump")]
pub mod io;
pub mod json;
pub mod kernel;
pub mod lang;
pub mod layer;
pub mod layout;
pub mod lineage;
pub mod markdown;
pub mod metadata;
pub mod model;
pub mod nest;
pub mod options;
pub mod page;
pub mod paragraph;
pub mod plain;
pub mod repair;
#[cfg(feature = "dump")]
pub mod report;
#[cfg(feature = "cli")]
mod review;
pub mod rules;
#[cfg(feature = "dump")]
pub mod run;
pub mod site;
pub mod span;
pub mod tag;
pub mod tidy;
#[cfg(feature = "dump")]
pub mod trace;
pub mod tree;

pub use block::{Block, Kind, Mark, Note};
pub use charset::Charset;
pub use edit::{Edit, Editor};
pub use error::Error;
pub use form::{Form, Normalization};
pub use kernel::Kernel;
pub use lang::Lang;
pub use layer::{Layer, Stage};
pub use metadata::Metadata;
pub use options::{Options, Profile};
pub use page::{CleanDoc, Format, Page, RawDoc};
pub use rules::{Rule, RuleId, Rules};
pub use span::Span;
pub use tag::Tag;
pub use tree::{Field, Outline, Tree};
