package pdf

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/carlos7ags/folio/core"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/pdffile"
)

// Attachment is a file within the document: answers as JSON, evidence, a scanned certificate.
type Attachment struct {
	Name         string // file name, unique within the document
	MIME         string
	Description  string
	Relationship Relationship
	Bytes        []byte

	// Open gives the content instead of Bytes, for files that should not be held in memory: [Write] copies it straight
	// through. Size is how many bytes it gives; another number fails the writing.
	Open func() (io.ReadCloser, error)
	Size int64
}

// Relationship is what an attachment is to the document (ISO 19005-3, annex E).
type Relationship string

// The relationships; Unspecified when empty.
const (
	Source      Relationship = "Source"      // what the document was made from: the answers
	Data        Relationship = "Data"        // data behind something the document shows
	Alternative Relationship = "Alternative" // the same in another form
	Supplement  Relationship = "Supplement"  // more than the document shows: evidence, certificates
	Unspecified Relationship = "Unspecified"
)

// MaxAttachments bounds how many bytes a document's attachments may have together.
const MaxAttachments = 256 << 20

func (a Attachment) size() int64 {
	if a.Open != nil {
		return a.Size
	}
	return int64(len(a.Bytes))
}

func checkAttachments(list []Attachment) error {
	const op = "pdf.Render"
	seen := map[string]bool{}
	total := int64(0)
	for i, a := range list {
		name := clean(a.Name)
		switch {
		case name == "" || len(name) > 255 || strings.ContainsAny(name, "/\\\n"):
			return fault.Newf(op, fault.Invalid, "attachment %d has no usable file name", i)
		case seen[name]:
			return fault.Newf(op, fault.Invalid, "attachment %d has the name of another", i)
		case a.size() < 0:
			return fault.Newf(op, fault.Invalid, "attachment %d has a negative size", i)
		case !slices.Contains([]Relationship{"", Source, Data, Alternative, Supplement, Unspecified}, a.Relationship):
			return fault.Newf(op, fault.Invalid, "attachment %d has the unknown relationship %q", i, a.Relationship)
		}
		seen[name] = true
		if total += a.size(); total > MaxAttachments {
			return fault.Newf(op, fault.TooLarge, "the attachments are larger than %d bytes", int64(MaxAttachments))
		}
	}
	return nil
}

// attach writes the files and tells the catalogue of them.
func attach(list []Attachment, when time.Time, catalogue *core.PdfDictionary, add func(core.PdfObject) *core.PdfIndirectReference) {
	if len(list) == 0 {
		return
	}
	files := slices.Clone(list)
	slices.SortStableFunc(files, func(a, b Attachment) int { // a name tree is sorted by the names' bytes
		return strings.Compare(pdffile.UTF16(clean(a.Name)), pdffile.UTF16(clean(b.Name)))
	})
	related, names := core.NewPdfArray(), core.NewPdfArray()
	for _, a := range files {
		params := dict("Size", core.NewPdfInteger(int(a.size())))
		if !when.IsZero() {
			params.Set("CreationDate", pdfDate(when))
			params.Set("ModDate", pdfDate(when))
		}
		ref := add(&embedded{file: a, params: params})
		rel := a.Relationship
		if rel == "" {
			rel = Unspecified
		}
		title := clean(a.Name)
		spec := add(dict("Type", name("Filespec"), "F", core.NewPdfLiteralString(ascii(title)), "UF", textString(title),
			"EF", dict("F", ref, "UF", ref), "AFRelationship", name(string(rel)), "Desc", textString(limited(a.Description, maxMeta))))
		related.Add(spec)
		names.Add(core.NewPdfHexString(pdffile.UTF16(title)))
		names.Add(spec)
	}
	catalogue.Set("AF", related)
	catalogue.Set("Names", dict("EmbeddedFiles", dict("Names", names)))
}

// ascii is a name for readers that know no Unicode names.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, s)
}

// embedded is an embedded file stream that is copied when written. Content that compresses is compressed when it is in
// memory; what is streamed goes as it is, since its length must be known beforehand.
type embedded struct {
	file   Attachment
	params *core.PdfDictionary
}

func (e *embedded) Type() core.ObjectType { return core.ObjectTypeStream }

func (e *embedded) WriteTo(w io.Writer) (int64, error) {
	kind, _, err := mime.ParseMediaType(e.file.MIME)
	if err != nil || len(kind) > 127 { // as long as a PDF name may be
		kind = "application/octet-stream"
	}
	d := dict("Type", name("EmbeddedFile"), "Subtype", name(kind), "Params", e.params)
	if e.file.Open == nil && compressible(kind) {
		stream := core.NewPdfStreamCompressed(e.file.Bytes)
		stream.Dict = d
		return stream.WriteTo(w)
	}
	d.Set("Length", core.NewPdfInteger(int(e.file.size())))
	n, err := d.WriteTo(w)
	if err != nil {
		return n, err
	}
	more, err := e.copy(w)
	return n + more, err
}

func (e *embedded) copy(w io.Writer) (int64, error) {
	var content io.Reader = bytes.NewReader(e.file.Bytes)
	if e.file.Open != nil {
		opened, err := e.file.Open()
		if err != nil {
			return 0, err
		}
		defer opened.Close()
		content = opened
	}
	if _, err := io.WriteString(w, "\nstream\n"); err != nil {
		return 0, err
	}
	size := e.file.size()
	copied, err := io.Copy(w, io.LimitReader(content, size))
	if err != nil {
		return copied, err
	}
	if copied != size {
		return copied, fmt.Errorf("an attachment gave %d bytes of %d", copied, size)
	}
	var extra [1]byte
	if n, _ := content.Read(extra[:]); n > 0 {
		return copied, fmt.Errorf("an attachment gave more than its %d bytes", size)
	}
	_, err = io.WriteString(w, "\nendstream")
	return copied + int64(len("\nstream\n\nendstream")), err
}

// compressible reports whether content of a media type shrinks; pictures, PDF files and archives do not.
func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "+json") ||
		slices.Contains([]string{"application/json", "application/xml", "application/octet-stream"}, kind)
}
