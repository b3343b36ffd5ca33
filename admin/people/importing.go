package people

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// importPage is where a file of people is read.
type importPage struct {
	boardFrame
	Action   string
	Template string
	Columns  ui.Rows
	File     ui.Field
	Refused  ui.Table // of a file from which nothing was taken
}

const controlFile = "fil"

// showImport is GET.
func (a *area) showImport(r *httpkit.Request) error { return a.importForm(r, http.StatusOK, nil) }

// importTemplate is GET of a file with titles alone.
func (a *area) importTemplate(r *httpkit.Request) error {
	if _, err := a.Flow.PeopleOf(r.Context(), r.Actor(), ref(r), flow.PeopleQuery{}); err != nil {
		return err
	}
	raw := flow.ImportTemplate()
	return r.File(httpkit.Download{Name: "personer.csv", Type: "text/csv; charset=utf-8", Size: int64(len(raw)), Body: io.NopCloser(bytes.NewReader(raw))})
}

// readFile is POST: the file is read, and what it would change is shown.
func (a *area) readFile(r *httpkit.Request) error {
	name, raw, err := posted(r)
	if err != nil {
		return err
	}
	if raw == nil {
		return a.importForm(r, http.StatusUnprocessableEntity, &flow.ImportProblem{Problem: forms.Problem{Pointer: "/file", Code: forms.Required}})
	}
	id, problem, err := a.Flow.PrepareImport(r.Context(), r.Actor(), ref(r), name, raw)
	if err != nil {
		return err
	}
	if problem != nil {
		return a.importForm(r, http.StatusUnprocessableEntity, problem)
	}
	return r.See(changeURL(ref(r), id))
}

// posted gives the file, as much of it as shows that it is too big; nil when there is none.
func posted(r *httpkit.Request) (string, []byte, error) {
	u := r.Upload()
	for u != nil {
		f, err := u.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, err
		}
		if f.Field == controlFile {
			raw, err := io.ReadAll(io.LimitReader(f.Body, register.MaxImport+1))
			return f.Name, raw, err
		}
	}
	return "", nil, nil
}

func (a *area) importForm(r *httpkit.Request, status int, problem *flow.ImportProblem) error {
	l, err := a.Flow.PeopleOf(r.Context(), r.Actor(), ref(r), flow.PeopleQuery{})
	if err != nil {
		return err
	}
	w := a.words(r)
	p := importPage{boardFrame: a.framed(r, l.Board, w.T("people.import.title"), "/fil"), Action: boardURL(ref(r), "/fil"), Template: boardURL(ref(r), "/fil/mall"),
		File: ui.Field{Name: controlFile, Label: w.T("people.import.file"), Hint: w.T("people.import.file-hint"), Accept: ".csv,.txt,.xlsx"}}
	for _, c := range register.Columns() {
		p.Columns = append(p.Columns, ui.Row{Key: string(c), Value: w.T("people.column." + string(c))})
	}
	if problem != nil {
		p.Problems = w.show([]forms.Problem{problem.Problem}, control{"/file", &p.File, ""})
		if len(problem.Refused) > 0 {
			p.Refused = w.refusedRows(problem.Refused)
		}
	}
	return admin.Show(r, status, a.imports, p)
}
