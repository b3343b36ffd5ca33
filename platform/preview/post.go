package preview

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/platform/fault"
)

// Bounds of a posted page. A file is read to be counted, and let go.
const (
	maxPost = 64 << 20
	maxText = 4 << 20
)

// post decodes a page as the platform does, keeps in memory what came of it, and leads to where it is seen.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	e, _ := s.source.current()
	at := spotOf(r)
	if e.form == nil {
		http.Redirect(w, r, at.frame(), http.StatusSeeOther)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxPost)
	values, files, err := posted(r)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p, err := s.open(e, at)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if _, shown := p.view.Page(p.Page); shown {
		at.Typed, at.Page = s.take(p, values, files)
		if at.Page != p.Page {
			at.Return = false
		}
	}
	http.Redirect(w, r, at.frame(), http.StatusSeeOther)
}

// take decodes onto what there is, and gives the name of what has been typed now and the page to go to.
func (s *Server) take(p *place, values url.Values, files []file) (name, page string) {
	g := p.edition.graph
	got := answers.Decode(g, p.view, p.Page, values)
	if len(files) > 0 || got.Op == answers.OpRemoveFile {
		got.Answers = forms.CopyObject(got.Answers)
	}
	for _, f := range files {
		attach(p.edition.form, got.Answers, f)
	}
	if got.Op == answers.OpRemoveFile {
		detach(got.Answers, got.At)
	}
	t := &typed{Answers: got.Answers, Page: p.Page, Typed: got.Typed, Problems: got.Problems, Checked: got.Op == answers.OpContinue}
	page = p.Page
	if t.Checked {
		scope := p.view.Scope
		scope.Answers = got.Answers
		if v, err := g.Run(scope); err == nil { // it was run a moment ago
			problems, next := g.Continue(v, p.Page, p.Return)
			if !hard(forms.MergeProblems(got.Problems, problems)) && !v.Stopped[p.Page] {
				page = next
			}
		}
	}
	return s.memory.keep(t), page
}

func hard(problems []forms.Problem) bool {
	for _, p := range problems {
		if !p.Soft {
			return true
		}
	}
	return false
}

// file is what an answer tells of an attached file.
type file struct {
	at   forms.Pointer
	name string
	kind string
	size int64
}

// posted reads a form of either encoding.
func posted(r *http.Request) (url.Values, []file, error) {
	const op = "preview.posted"
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, fault.New(op, fault.Invalid, err)
	}
	if kind != "multipart/form-data" {
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxText))
		if err != nil {
			return nil, nil, fault.New(op, fault.Invalid, err)
		}
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, nil, fault.New(op, fault.Invalid, err)
		}
		return values, nil, nil
	}
	values, left := url.Values{}, int64(maxText)
	var files []file
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return values, files, nil
		}
		if err != nil {
			return nil, nil, fault.New(op, fault.Invalid, err)
		}
		if at, ok := strings.CutPrefix(part.FormName(), answers.Upload("")); ok && part.FileName() != "" && strings.HasPrefix(at, "/") {
			n, err := io.Copy(io.Discard, part)
			if err != nil {
				return nil, nil, fault.New(op, fault.Invalid, err)
			}
			files = append(files, file{forms.Pointer(at), part.FileName(), part.Header.Get("Content-Type"), n})
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, left))
		if err != nil {
			return nil, nil, fault.New(op, fault.Invalid, err)
		}
		left -= int64(len(raw))
		values.Add(part.FormName(), string(raw))
	}
}

// attach puts a file among the answers, where the form has a field for it.
func attach(form *forms.Form, to map[string]any, f file) {
	field := form.FieldAt(f.at)
	if field == nil || field.Kind != forms.FilesField {
		return
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	have, _ := forms.Lookup(to, f.at)
	list, _ := have.([]any)
	forms.Put(to, f.at, append(list, map[string]any{"id": hex.EncodeToString(id[:]), "name": f.name, "type": f.kind,
		"size": json.Number(strconv.FormatInt(f.size, 10))}))
}

// detach takes a file away: the pointer's last token is its id.
func detach(from map[string]any, at forms.Pointer) {
	have, _ := forms.Lookup(from, at.Up())
	list, _ := have.([]any)
	var left []any
	for _, e := range list {
		if m, ok := e.(map[string]any); !ok || m["id"] != at.Last() {
			left = append(left, e)
		}
	}
	if len(left) == 0 {
		forms.Remove(from, at.Up())
		return
	}
	forms.Put(from, at.Up(), left)
}
