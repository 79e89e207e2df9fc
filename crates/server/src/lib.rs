//! Under construction.

pub mod assets;
pub mod pages;
