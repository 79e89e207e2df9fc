//! Turns `assets/` into a Rust module: names with a hash of the content, compressed bytes, SRI.
//!
//! A changed file gets a new name, so that browsers may keep the old one for ever, and templates
//! that name a file which is not there do not compile.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use data_encoding::{BASE64, HEXLOWER};

/// Best compression: this runs once per build, the bytes travel often.
const BROTLI_QUALITY: u32 = 11;
/// Window of 4 MiB, more than any of our files.
const BROTLI_WINDOW: u32 = 22;
/// Bytes of working memory for the compressor.
const BROTLI_BUFFER: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let root = directory("CARGO_MANIFEST_DIR")?;
    let out = directory("OUT_DIR")?;
    let mut stdout = io::stdout();
    for input in ["build.rs", "assets"] {
        writeln!(stdout, "cargo::rerun-if-changed={input}")?;
    }

    let mut module = String::new();
    let mut names = Vec::new();
    for path in files(&root.join("assets"))? {
        let asset = Asset::read(&path)?;
        writeln!(stdout, "cargo::rerun-if-changed={}", path.display())?;
        asset.write_bytes(&out)?;
        asset.write_constant(&mut module)?;
        names.push(asset.constant());
    }
    writeln!(module, "/// Every asset, by name of its file.")?;
    writeln!(module, "pub const ALL: &[&Asset] = &[{}];", names.join(", "))?;
    fs::write(out.join("assets.rs"), module)?;
    Ok(())
}

fn directory(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {variable}"))
}

/// Sorted, so that the same sources give the same program.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        found.push(entry?.path());
    }
    found.sort();
    Ok(found)
}

/// One file on its way into the program.
struct Asset {
    /// `keyward`
    stem: String,
    /// `css`
    extension: String,
    /// `text/css; charset=utf-8`
    content_type: &'static str,
    /// As written, for us to read.
    identity: Vec<u8>,
}

impl Asset {
    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let part =
            |part: Option<&std::ffi::OsStr>| part.and_then(|it| it.to_str()).map(String::from);
        let (Some(stem), Some(extension)) = (part(path.file_stem()), part(path.extension())) else {
            return Err(format!("{}: needs a name and an extension", path.display()).into());
        };
        let content_type = match extension.as_str() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => return Err(format!("{}: unknown kind of asset", path.display()).into()),
        };
        Ok(Self { stem, extension, content_type, identity: fs::read(path)? })
    }

    /// `KEYWARD_CSS`
    fn constant(&self) -> String {
        format!("{}_{}", self.stem, self.extension).replace('-', "_").to_uppercase()
    }

    /// `keyward.1f2e3d4c.css`
    fn hashed_name(&self) -> String {
        let hash: String =
            HEXLOWER.encode(digest(&SHA256, &self.identity).as_ref()).chars().take(8).collect();
        format!("{}.{hash}.{}", self.stem, self.extension)
    }

    fn integrity(&self) -> String {
        format!("sha384-{}", BASE64.encode(digest(&SHA384, &self.identity).as_ref()))
    }

    fn brotli(&self) -> io::Result<Vec<u8>> {
        let mut packed = Vec::new();
        let mut packer = brotli::CompressorWriter::new(
            &mut packed,
            BROTLI_BUFFER,
            BROTLI_QUALITY,
            BROTLI_WINDOW,
        );
        packer.write_all(&self.identity)?;
        packer.flush()?;
        drop(packer);
        Ok(packed)
    }

    fn gzip(&self) -> io::Result<Vec<u8>> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&self.identity)?;
        packer.finish()
    }

    /// Writes the three forms next to the generated module.
    fn write_bytes(&self, out: &Path) -> io::Result<()> {
        let name = self.hashed_name();
        fs::write(out.join(&name), &self.identity)?;
        fs::write(out.join(format!("{name}.br")), self.brotli()?)?;
        fs::write(out.join(format!("{name}.gz")), self.gzip()?)
    }

    fn write_constant(&self, module: &mut String) -> std::fmt::Result {
        let name = self.hashed_name();
        let embed = |suffix: &str| {
            format!(r#"include_bytes!(concat!(env!("OUT_DIR"), "/{name}{suffix}"))"#)
        };
        writeln!(module, "/// `{}.{}`.", self.stem, self.extension)?;
        writeln!(module, "pub const {}: &Asset = &Asset {{", self.constant())?;
        writeln!(module, "    href: \"/assets/{name}\",")?;
        writeln!(module, "    content_type: {:?},", self.content_type)?;
        writeln!(module, "    integrity: {:?},", self.integrity())?;
        writeln!(module, "    identity: {},", embed(""))?;
        writeln!(module, "    gzip: {},", embed(".gz"))?;
        writeln!(module, "    brotli: {},", embed(".br"))?;
        writeln!(module, "}};")
    }
}
