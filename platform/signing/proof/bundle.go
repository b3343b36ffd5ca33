package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"samtjanst/platform/canon"
	"samtjanst/platform/fault"
)

// MaxFiles and MaxBytes bound a bundle.
const (
	MaxFiles = 2000
	MaxBytes = 512 << 20
)

// maxName bounds a file's name, in bytes.
const maxName = 200

// File is one file of a bundle. Its name has no folders.
type File struct {
	Name  string
	Bytes []byte
}

// Bundle is what New made, complete and in order: by name.
type Bundle struct {
	Index Index
	Files []File // with the index and the checksums
}

// New puts a bundle together. Fault: Invalid when a name cannot stand in a bundle or stands twice, or when index and files do not fit
// each other; TooLarge.
func New(ix Index, files []File) (*Bundle, error) {
	const op = "proof.New"
	ix.Type = IndexType
	raw, err := canon.Marshal(ix)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	all := append(slices.Clone(files), File{IndexName, raw})
	sortFiles(all)
	all = append(all, File{SumsName, sums(all)})
	sortFiles(all)
	b := &Bundle{Index: ix, Files: all}
	known := ix.files()
	total := int64(0)
	for i, f := range all {
		switch {
		case !goodName(f.Name):
			return nil, fault.Newf(op, fault.Invalid, "file %d has a name that cannot stand in a bundle", i)
		case i > 0 && all[i-1].Name == f.Name:
			return nil, fault.Newf(op, fault.Invalid, "file %d has the name of another", i)
		case !known[f.Name]:
			return nil, fault.Newf(op, fault.Invalid, "file %d is not in the index", i)
		}
		delete(known, f.Name)
		total += int64(len(f.Bytes))
	}
	if len(known) > 0 {
		return nil, fault.Newf(op, fault.Invalid, "%d files of the index are missing", len(known))
	}
	if len(all) > MaxFiles || total > MaxBytes {
		return nil, fault.Newf(op, fault.TooLarge, "%d files of %d bytes", len(all), total)
	}
	return b, nil
}

// files are the names that a bundle with this index has.
func (ix Index) files() map[string]bool {
	known := map[string]bool{IndexName: true, SumsName: true}
	for _, p := range ix.Parts {
		known[p.File] = true
	}
	for _, o := range ix.Orders {
		for _, p := range o.Places {
			known[p.Evidence] = true
		}
	}
	known[ix.Events] = true
	delete(known, "") // a place without evidence, a copy without events
	return known
}

// goodName reports whether every system and both kinds of container keep a name as it is.
func goodName(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) && name != "." && name != ".." &&
		!strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) })
}

func sortFiles(files []File) {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
}

// sums is the file of checksums over sorted files, itself left out. `sha256sum -c` reads it.
func sums(files []File) []byte {
	var b bytes.Buffer
	for _, f := range files {
		if f.Name != SumsName {
			fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(f.Bytes), f.Name)
		}
	}
	return b.Bytes()
}

// received is a bundle as it came, of which nothing has been checked but that names are no folders and none stands twice.
type received struct {
	files map[string][]byte
	names []string // sorted
}

// receive takes files in. A second file of a name would let two readers see two things.
func receive(files []File, found *findings) *received {
	r := &received{files: map[string][]byte{}}
	for _, f := range files {
		if _, twice := r.files[f.Name]; twice || !goodName(f.Name) {
			found.add(FoundContainer, "")
			continue
		}
		r.files[f.Name] = f.Bytes
		r.names = append(r.names, f.Name)
	}
	slices.Sort(r.names)
	return r
}

// index reads the index; ok is false when it cannot be relied on at all.
func (r *received) index(found *findings) (ix Index, ok bool) {
	raw := r.files[IndexName]
	if err := strict(raw, &ix); err != nil || ix.Type != IndexType {
		found.add(FoundIndex, IndexName)
		return Index{}, false
	}
	known := ix.files()
	for _, name := range r.names {
		if !known[name] {
			found.add(FoundExtra, name)
		}
		delete(known, name)
	}
	for _, name := range sortedKeys(known) {
		found.add(FoundMissing, name)
	}
	return ix, true
}

// checkSums holds every file against the checksums.
func (r *received) checkSums(found *findings) {
	list, ok := r.files[SumsName]
	if !ok {
		return // told as missing
	}
	var files []File
	for _, name := range r.names {
		files = append(files, File{name, r.files[name]})
	}
	want := sums(files)
	if bytes.Equal(list, want) {
		return
	}
	said := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		said[line] = true
	}
	odd := false
	for line := range strings.Lines(string(want)) {
		if !said[line] {
			_, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
			found.add(FoundChanged, name)
			odd = true
		}
	}
	if !odd {
		found.add(FoundChanged, SumsName) // lines too many, or in another order
	}
}

// strict reads JSON in its canonical form, and nothing that the type does not know.
func strict(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	again, err := canon.Marshal(into)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, raw) {
		return fmt.Errorf("proof: not in canonical form")
	}
	return nil
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
