package pdf

import (
	"bytes"
	"image/png"

	"github.com/carlos7ags/folio/core"
	folioimage "github.com/carlos7ags/folio/image"
	"github.com/carlos7ags/folio/svg"

	"samtjanst/platform/fault"
)

// Limits of a logo. It is printed 14 mm high, so more than this shows nothing more.
const (
	maxLogoBytes  = 1 << 20
	maxLogoPixels = 1 << 20
)

// logo is a mark that can be drawn: an image or a vector drawing.
type logo struct {
	ratio  float64 // width by height
	image  *folioimage.Image
	vector *svg.SVG
}

// readLogo reads a PNG or SVG; nil data is no logo.
func readLogo(data []byte) (*logo, error) {
	const op = "pdf.Render"
	switch {
	case len(data) == 0:
		return nil, nil
	case len(data) > maxLogoBytes:
		return nil, fault.Newf(op, fault.TooLarge, "the logo has %d bytes, at most %d are allowed", len(data), maxLogoBytes)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		config, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return nil, fault.New(op, fault.Invalid, err)
		}
		if config.Width*config.Height > maxLogoPixels {
			return nil, fault.Newf(op, fault.TooLarge, "the logo has %d × %d pixels, at most %d are allowed", config.Width, config.Height, maxLogoPixels)
		}
		img, err := folioimage.NewPNG(data)
		if err != nil {
			return nil, fault.New(op, fault.Invalid, err)
		}
		return &logo{ratio: img.AspectRatio(), image: img}, nil
	}
	drawing, err := svg.ParseBytes(data)
	if err != nil {
		return nil, fault.Newf(op, fault.Invalid, "the logo is neither PNG nor SVG: %w", err)
	}
	ratio := drawing.AspectRatio()
	if !(ratio > 0.02 && ratio < 50) {
		return nil, fault.Newf(op, fault.Invalid, "the logo says no usable width and height")
	}
	nodes := 0
	for _, def := range drawing.Defs() {
		if !drawable(def, &nodes, 0) {
			return nil, fault.Newf(op, fault.Invalid, "the logo is too complex, or uses <use>")
		}
	}
	if !drawable(drawing.Root(), &nodes, 0) {
		return nil, fault.Newf(op, fault.Invalid, "the logo is too complex, or uses <use>")
	}
	return &logo{ratio: ratio, vector: drawing}, nil
}

// Bounds of a drawing: a reader of PDF need not know more than 28 nested graphics states.
const (
	maxLogoNodes = 5000
	maxLogoDepth = 12
)

// drawable reports whether a drawing can be drawn in bounded time: <use> may refer to itself, and folio follows it.
func drawable(n *svg.Node, nodes *int, depth int) bool {
	if n == nil {
		return true
	}
	*nodes++
	if *nodes > maxLogoNodes || depth > maxLogoDepth || n.Tag == "use" {
		return false
	}
	for _, c := range n.Children {
		if !drawable(c, nodes, depth+1) {
			return false
		}
	}
	return true
}

// fit gives the largest size within a width and height.
func (l *logo) fit(width, height float64) (w, h float64) {
	if w = height * l.ratio; w <= width {
		return w, height
	}
	return width, width / l.ratio
}

const logoName = "Im1"

// draw draws the logo with its top left corner at x, y.
func (l *logo) draw(p *page, x, y, w, h float64) {
	if l.vector != nil {
		p.out.SaveState()
		l.vector.Draw(p.out, round2(x), round2(pageHeight-y-h), round2(w), round2(h))
		p.out.RestoreState()
		return
	}
	p.logo = true
	p.out.SaveState()
	p.out.ConcatMatrix(round2(w), 0, 0, round2(h), round2(x), round2(pageHeight-y-h))
	p.out.Do(logoName)
	p.out.RestoreState()
}

// resource is the object that pages refer to; nil for a drawing.
func (l *logo) resource(add func(core.PdfObject) *core.PdfIndirectReference) *core.PdfIndirectReference {
	if l == nil || l.image == nil {
		return nil
	}
	ref, _ := l.image.BuildXObject(add)
	return ref
}
