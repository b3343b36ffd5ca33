package pdf

import (
	"fmt"

	"github.com/carlos7ags/folio/core"
	"github.com/carlos7ags/folio/reader"

	"samtjanst/platform/fault"
)

// Extract reads the attached files of a document back, sorted by name. It reads files of other origin too, within the
// same limits. Faults: Invalid (no PDF file, broken, or attachments beyond [MaxAttachments]).
func Extract(file []byte) (out []Attachment, err error) {
	const op = "pdf.Extract"
	defer func() {
		if broken := recover(); broken != nil { // the reader is foreign code on foreign bytes
			out, err = nil, fault.Newf(op, fault.Invalid, "the reader stopped: %v", broken)
		}
	}()
	r, err := reader.ParseWithOptions(file, reader.ReadOptions{Strictness: reader.StrictnessStrict, MemoryLimits: reader.MemoryLimits{
		MaxStreamSize: MaxAttachments, MaxTotalAlloc: MaxAttachments, MaxObjectCount: 1 << 20}})
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	x := &extraction{reader: r}
	names := x.dictAt(x.dictAt(r.Catalog(), "Names"), "EmbeddedFiles")
	if err := x.tree(names, 0); err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	return x.files, nil
}

type extraction struct {
	reader *reader.PdfReader
	files  []Attachment
}

// tree reads a name tree (ISO 32000-1 7.9.6).
func (x *extraction) tree(d *core.PdfDictionary, depth int) error {
	if d == nil {
		return nil
	}
	if depth > 16 || len(x.files) > 10000 {
		return fmt.Errorf("the tree of attachments is too large")
	}
	if kids, ok := x.resolve(d.Get("Kids")).(*core.PdfArray); ok {
		for _, k := range kids.All() {
			sub, _ := x.resolve(k).(*core.PdfDictionary)
			if err := x.tree(sub, depth+1); err != nil {
				return err
			}
		}
	}
	pairs, ok := x.resolve(d.Get("Names")).(*core.PdfArray)
	if !ok {
		return nil
	}
	for i := 1; i < pairs.Len(); i += 2 {
		spec, ok := x.resolve(pairs.At(i)).(*core.PdfDictionary)
		if !ok {
			return fmt.Errorf("attachment %d is no file specification", i/2)
		}
		if err := x.file(spec); err != nil {
			return fmt.Errorf("attachment %d: %w", i/2, err)
		}
	}
	return nil
}

func (x *extraction) file(spec *core.PdfDictionary) error {
	a := Attachment{Name: x.text(spec, "UF"), Description: x.text(spec, "Desc"), Relationship: Unspecified}
	if a.Name == "" {
		a.Name = x.text(spec, "F")
	}
	if rel, ok := x.resolve(spec.Get("AFRelationship")).(*core.PdfName); ok {
		a.Relationship = Relationship(rel.Value)
	}
	holder := x.dictAt(spec, "EF")
	if holder == nil {
		return fmt.Errorf("no content")
	}
	stream, ok := x.resolve(holder.Get("F")).(*core.PdfStream)
	if !ok {
		return fmt.Errorf("no content")
	}
	if kind, ok := x.resolve(stream.Dict.Get("Subtype")).(*core.PdfName); ok {
		a.MIME = kind.Value
	}
	a.Bytes = stream.Data
	if params := x.dictAt(stream.Dict, "Params"); params != nil {
		if size, ok := x.resolve(params.Get("Size")).(*core.PdfNumber); ok && size.IntValue() != len(a.Bytes) {
			return fmt.Errorf("%d bytes, the file says %d", len(a.Bytes), size.IntValue())
		}
	}
	x.files = append(x.files, a)
	return nil
}

func (x *extraction) dictAt(d *core.PdfDictionary, key string) *core.PdfDictionary {
	if d == nil {
		return nil
	}
	sub, _ := x.resolve(d.Get(key)).(*core.PdfDictionary)
	return sub
}

func (x *extraction) text(d *core.PdfDictionary, key string) string {
	s, ok := x.resolve(d.Get(key)).(*core.PdfString)
	if !ok {
		return ""
	}
	return fromTextString(s.Text())
}

// resolve follows a reference; what cannot be resolved is nil.
func (x *extraction) resolve(obj core.PdfObject) core.PdfObject {
	if obj == nil {
		return nil
	}
	got, err := x.reader.ResolveObject(obj)
	if err != nil {
		return nil
	}
	return got
}
