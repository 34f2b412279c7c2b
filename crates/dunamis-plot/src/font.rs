//! The bundled font: `DejaVu` Sans in three faces, the only one a PNG is drawn with.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// Families named in the SVG; a browser without the first takes Verdana, which has nearly the same widths.
pub(crate) const FAMILIES: &str = "DejaVu Sans, Verdana, Bitstream Vera Sans, sans-serif";

const REGULAR: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/DejaVuSans-Bold.ttf");
const OBLIQUE: &[u8] = include_bytes!("../fonts/DejaVuSans-Oblique.ttf");

/// Height of capitals and digits, in units of the font size.
pub(crate) const CAP_HEIGHT: f64 = 0.729;
/// How far letters such as `g` reach below the baseline, in units of the font size.
pub(crate) const DESCENT: f64 = 0.236;

/// A face of the bundled font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Face {
    /// Upright, for words and operators.
    #[default]
    Regular,
    /// Slanted, for variables.
    Italic,
    /// Bold, for panel letters.
    Bold,
}

struct Metrics {
    charmap: Charmap<'static>,
    glyphs: GlyphMetrics<'static>,
}

impl Face {
    fn metrics(self) -> Option<&'static Metrics> {
        static FACES: [OnceLock<Option<Metrics>>; 3] = [const { OnceLock::new() }; 3];
        let (index, bytes) = match self {
            Self::Regular => (0, REGULAR),
            Self::Italic => (1, OBLIQUE),
            Self::Bold => (2, BOLD),
        };
        let read = || {
            let font = FontRef::new(bytes).ok()?;
            Some(Metrics {
                charmap: font.charmap(),
                glyphs: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
            })
        };
        FACES[index].get_or_init(read).as_ref()
    }

    /// Width of `text` in units of the font size, without kerning.
    ///
    /// A character without a glyph counts as a capital.
    pub fn width(self, text: &str) -> f64 {
        text.chars().map(|character| self.advance(character).unwrap_or(0.7)).sum()
    }

    /// Whether the face has a glyph for `character`.
    pub fn has(self, character: char) -> bool {
        self.advance(character).is_some()
    }

    fn advance(self, character: char) -> Option<f64> {
        let metrics = self.metrics()?;
        metrics.glyphs.advance_width(metrics.charmap.map(character)?).map(f64::from)
    }
}

/// The bundled faces as the rasterizer wants them; read once.
pub(crate) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut database = fontdb::Database::new();
        for bytes in [REGULAR, BOLD, OBLIQUE] {
            database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
        }
        database.set_sans_serif_family("DejaVu Sans");
        Arc::new(database)
    };
    Arc::clone(DATABASE.get_or_init(load))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACES: [Face; 3] = [Face::Regular, Face::Italic, Face::Bold];

    #[test]
    fn every_face_is_readable_and_of_the_family() {
        let database = database();
        assert_eq!(database.len(), 3);
        assert!(database.faces().all(|face| face.families[0].0 == "DejaVu Sans"));
    }

    #[test]
    fn the_symbols_of_the_field_have_glyphs() {
        for face in FACES {
            for character in "←↑→↓↖↗↘↙◁▷∅★ℓ≤≥±−×·…πγαβ∈⁻⁰¹²³₀₁₂∼≈⟨⟩■●▲ÄÖÜßéñ".chars()
            {
                assert!(face.has(character), "{face:?} lacks {character}");
            }
        }
        assert!(!Face::Regular.has('漢'));
    }

    #[test]
    fn digits_are_as_wide_as_the_minus_is_wider() {
        let digits: Vec<f64> = "0123456789".chars().map(|digit| Face::Regular.width(&digit.to_string())).collect();
        assert!(digits.iter().all(|&width| width == digits[0] && (0.63..0.64).contains(&width)));
        assert_eq!(Face::Regular.width("−"), Face::Regular.width("+"));
    }
}
