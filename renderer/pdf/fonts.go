package pdf

import (
	"strings"
	"sync"
	"unicode"

	"github.com/carlos7ags/folio/font"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansbolditalic"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/text/unicode/norm"
)

// The fonts are Liberation Sans (SIL Open Font License): Latin, Greek, Cyrillic and Hebrew, as wide as Arial, which is
// what Swedish authorities' letters are set in. They come as a Go module, so the build needs nothing from the system.

// weight indexes the four faces.
type weight uint8

const (
	regular    weight = 0
	bold       weight = 1
	italic     weight = 2
	boldItalic        = bold | italic
)

var fontFiles = [4][]byte{regular: liberationsansregular.TTF, bold: liberationsansbold.TTF,
	italic: liberationsansitalic.TTF, boldItalic: liberationsansbolditalic.TTF}

// resource names of the faces in a page's font dictionary.
var fontNames = [4]string{"F1", "F2", "F3", "F4"}

// missing is drawn for characters that no face has. PDF/A forbids the font's own .notdef.
const missing = '□'

// glyph is a character as set: what is drawn and how far it moves, in thousandths of the size.
type glyph struct {
	id      uint16
	advance int
	known   bool // false: drawn as missing
}

// face is one parsed font with a cache of its glyphs.
type face struct {
	font.Face
	glyphs map[rune]glyph
	kerns  map[[2]uint16]int
}

// The metrics that go into the font descriptor are in thousandths, whatever the font's own unit is; folio writes what
// it is given.
func (f *face) thousandths(v int) int { return v * 1000 / f.UnitsPerEm() }

func (f *face) Ascent() int    { return f.thousandths(f.Face.Ascent()) }
func (f *face) Descent() int   { return f.thousandths(f.Face.Descent()) }
func (f *face) CapHeight() int { return f.thousandths(f.Face.CapHeight()) }
func (f *face) BBox() [4]int {
	box := f.Face.BBox()
	for i, v := range box {
		box[i] = f.thousandths(v)
	}
	return box
}

func (f *face) glyph(r rune) glyph {
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	g := glyph{id: f.GlyphIndex(r), known: true}
	if g.id == 0 {
		g = glyph{id: f.GlyphIndex(missing)}
	}
	// The same truncation as in the widths that are written to the file, so that what is measured is what is drawn.
	g.advance = f.GlyphAdvance(g.id) * 1000 / f.UnitsPerEm()
	f.glyphs[r] = g
	return g
}

// kern is the adjustment between two glyphs in thousandths; negative is closer.
func (f *face) kern(a, b glyph) int {
	if !a.known || !b.known {
		return 0
	}
	key := [2]uint16{a.id, b.id}
	if k, ok := f.kerns[key]; ok {
		return k
	}
	k := f.thousandths(f.Kern(a.id, b.id))
	f.kerns[key] = k
	return k
}

// width of s in points at a size.
func (f *face) width(s string, size float64) float64 {
	sum := 0
	var prev glyph
	for i, r := range s {
		g := f.glyph(r)
		if i > 0 {
			sum += f.kern(prev, g)
		}
		sum += g.advance
		prev = g
	}
	return float64(sum) * size / 1000
}

// fontSet is the four faces. Its caches are not synchronised: one rendering at a time.
type fontSet [4]*face

var fontSets = sync.Pool{New: func() any {
	set := new(fontSet)
	for i, file := range fontFiles {
		parsed, err := font.ParseTTF(file)
		if err != nil {
			panic("pdf: an embedded font cannot be read: " + err.Error()) // a broken build
		}
		set[i] = &face{Face: parsed, glyphs: map[rune]glyph{}, kerns: map[[2]uint16]int{}}
	}
	return set
}}

// maxCached bounds what a pooled set remembers of odd texts.
const maxCached = 5000

func (set *fontSet) release() {
	for _, f := range set {
		if len(f.glyphs) > maxCached {
			clear(f.glyphs)
		}
		if len(f.kerns) > 4*maxCached {
			clear(f.kerns)
		}
	}
	fontSets.Put(set)
}

// clean makes text settable: composed (NFC), valid, white space as single kinds, and without characters that neither
// show nor are text (controls, direction marks, zero-width characters).
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u00A0':
			return r
		case r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f' || r == '\u0085':
			return '\n'
		case r == '\u202F' || r == '\u2007':
			return '\u00A0'
		case r == '\u2011':
			return '-'
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		case unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, s)
}

// oneLine is cleaned text whose white space, line breaks included, is single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// limited is oneLine of at most n characters, for the places where the format bounds a string.
func limited(s string, n int) string {
	s = oneLine(s)
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}
