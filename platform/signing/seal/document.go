package seal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/signing/seal/pdffile"
)

// Names of the format that both sides use.
const (
	subFilter = pdffile.Name("ETSI.CAdES.detached") // EN 319 142-1 6.3
	fieldName = "Seal"
	flags     = 132 // of the annotation: printed and locked (PDF/A-3 6.3.2 wants Print)
)

var errSealed = errors.New("the document is sealed, or has a form, already")

// prepare appends the revision with room for a signature, and says where that room is: the hexadecimal string with its
// brackets.
func prepare(pdf []byte, o Options, at time.Time, room int) ([]byte, pdffile.Span, error) {
	f, err := pdffile.Open(pdf, 0)
	if err != nil {
		return nil, pdffile.Span{}, err
	}
	r := &revision{file: f}
	if r.update, err = f.Update(); err != nil {
		return nil, pdffile.Span{}, err
	}
	signature, field := r.update.New(), r.update.New()
	if err := r.addField(signature, field, o); err != nil {
		return nil, pdffile.Span{}, err
	}
	date := pdfDate(at)
	d := pdffile.Dict{
		"Type": pdffile.Name("Sig"), "Filter": pdffile.Name("Adobe.PPKLite"), "SubFilter": subFilter,
		"ByteRange": pdffile.Verbatim(byteRange(0, 0, 0)), "Contents": pdffile.Verbatim("<" + strings.Repeat("00", room) + ">"),
		"M": date,
		// Certified: nothing may be changed (ISO 32000-1 12.8.2.2).
		"Reference": []any{pdffile.Dict{"Type": pdffile.Name("SigRef"), "TransformMethod": pdffile.Name("DocMDP"),
			"TransformParams": pdffile.Dict{"Type": pdffile.Name("TransformParams"), "P": 1, "V": pdffile.Name("1.2")}}},
	}
	for key, text := range map[string]string{"Name": o.Name, "Reason": o.Reason, "Location": o.Location} {
		if text != "" {
			d[key] = pdffile.Text(text)
		}
	}
	r.update.Put(signature, d)
	was := sha256.Sum256(pdf)
	id := sha256.Sum256(append(was[:], date...))
	sealed := r.update.Finish(id[:16])

	whole, err := pdffile.Open(sealed, 0)
	if err != nil {
		return nil, pdffile.Span{}, err
	}
	spans, err := whole.Spans(signature)
	if err != nil {
		return nil, pdffile.Span{}, err
	}
	gap := spans["Contents"]
	copy(sealed[spans["ByteRange"].From:], byteRange(gap.From, gap.To, len(sealed)-gap.To))
	return sealed, gap, nil
}

// byteRange is the array of what the signature covers, always as long.
func byteRange(first, second, length int) string {
	return fmt.Sprintf("%-40s]", fmt.Sprintf("[0 %d %d %d", first, second, length))
}

// pdfDate is D:20260302140500+01'00' (ISO 32000-1 7.9.4), Swedish time.
func pdfDate(t time.Time) string {
	zone := t.In(clock.Stockholm).Format("-07:00")
	return "D:" + t.In(clock.Stockholm).Format("20060102150405") + zone[:3] + "'" + zone[4:] + "'"
}

// readDate reads what pdfDate writes.
func readDate(s string) (time.Time, error) {
	return time.Parse("D:20060102150405-07'00'", s)
}

// revision is a seal being appended.
type revision struct {
	file   *pdffile.File
	update *pdffile.Update
}

// addField writes the field and all that must know of it: the first page, the form, the catalogue, the structure tree.
func (r *revision) addField(signature, field pdffile.Ref, o Options) error {
	rootRef, ok := r.file.Trailer()["Root"].(pdffile.Ref)
	if !ok {
		return pdffile.ErrFormat
	}
	root, err := r.dict(rootRef)
	if err != nil {
		return err
	}
	if root["AcroForm"] != nil || root["Perms"] != nil {
		return errSealed
	}
	pageRef, err := r.firstPage(root["Pages"])
	if err != nil {
		return err
	}
	page, err := r.dict(pageRef)
	if err != nil {
		return err
	}
	annots, err := r.array(page["Annots"])
	if err != nil {
		return err
	}
	page["Annots"] = append(annots, field)
	r.update.Put(pageRef, page)

	widget := pdffile.Dict{
		"Type": pdffile.Name("Annot"), "Subtype": pdffile.Name("Widget"), "FT": pdffile.Name("Sig"), "T": fieldName,
		"TU": pdffile.Text(o.Description), "V": signature, "P": pageRef, "F": flags, "Rect": []any{0, 0, 0, 0},
	}
	if tree, ok := root["StructTreeRoot"].(pdffile.Ref); ok {
		key, err := r.tag(tree, pageRef, field, o.Description)
		if err != nil {
			return err
		}
		widget["StructParent"] = key
	}
	r.update.Put(field, widget)

	form := r.update.New()
	r.update.Put(form, pdffile.Dict{"Fields": []any{field}, "SigFlags": 3}) // signatures exist; only append
	root["AcroForm"] = form
	root["Perms"] = pdffile.Dict{"DocMDP": signature}
	// PAdES is an extension to PDF 1.7, and says so in this way.
	root["Extensions"] = pdffile.Dict{"ESIC": pdffile.Dict{"BaseVersion": pdffile.Name("1.7"), "ExtensionLevel": 1}}
	r.update.Put(rootRef, root)
	return nil
}

// tag adds a Form element for the field at the end of the document's structure (ISO 32000-1 14.7.4), and gives the
// field's key in the parent tree.
func (r *revision) tag(treeRef, page, field pdffile.Ref, description string) (int, error) {
	tree, err := r.dict(treeRef)
	if err != nil {
		return 0, err
	}
	documentRef, ok := tree["K"].(pdffile.Ref)
	if !ok {
		return 0, pdffile.ErrFormat
	}
	document, err := r.dict(documentRef)
	if err != nil {
		return 0, err
	}
	parentsRef, ok := tree["ParentTree"].(pdffile.Ref)
	if !ok {
		return 0, pdffile.ErrFormat
	}
	parents, err := r.dict(parentsRef)
	if err != nil {
		return 0, err
	}
	nums, err := r.array(parents["Nums"])
	key, isNumber := tree["ParentTreeNextKey"].(float64)
	if err != nil || parents["Kids"] != nil || !isNumber {
		return 0, pdffile.ErrFormat
	}
	form := r.update.New()
	switch kids := document["K"].(type) {
	case nil:
		document["K"] = form
	case []any:
		document["K"] = append(slices.Clone(kids), form)
	default:
		document["K"] = []any{kids, form}
	}
	r.update.Put(form, pdffile.Dict{"Type": pdffile.Name("StructElem"), "S": pdffile.Name("Form"), "P": documentRef, "Pg": page,
		"Alt": pdffile.Text(description), "K": pdffile.Dict{"Type": pdffile.Name("OBJR"), "Pg": page, "Obj": field}})
	parents["Nums"] = append(nums, key, form)
	tree["ParentTreeNextKey"] = key + 1
	r.update.Put(treeRef, tree)
	r.update.Put(documentRef, document)
	r.update.Put(parentsRef, parents)
	return int(key), nil
}

// firstPage goes down the page tree.
func (r *revision) firstPage(v any) (pdffile.Ref, error) {
	for range 16 { // levels; renderer/pdf makes one
		ref, ok := v.(pdffile.Ref)
		if !ok {
			return 0, pdffile.ErrFormat
		}
		d, err := r.dict(ref)
		if err != nil {
			return 0, err
		}
		if d["Type"] == pdffile.Name("Page") {
			return ref, nil
		}
		kids, err := r.array(d["Kids"])
		if err != nil || len(kids) == 0 {
			return 0, pdffile.ErrFormat
		}
		v = kids[0]
	}
	return 0, pdffile.ErrFormat
}

// dict reads an object that must be a dictionary.
func (r *revision) dict(ref pdffile.Ref) (pdffile.Dict, error) {
	v, err := r.file.Object(ref)
	if err != nil {
		return nil, err
	}
	d, ok := v.(pdffile.Dict)
	if !ok {
		return nil, pdffile.ErrFormat
	}
	return d, nil
}

// array reads an array, direct or by reference; absent is empty.
func (r *revision) array(v any) ([]any, error) {
	v, err := r.file.Resolve(v)
	if err != nil || v == nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, pdffile.ErrFormat
	}
	return slices.Clone(list), nil
}
