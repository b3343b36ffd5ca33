package caseload

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// paperPage is /admin/arenden/{case}/papper/{party}: a sheet that a party signed by pen.
type paperPage struct {
	ui.Shell
	caseHead
	Name     string
	Action   string
	On, Scan ui.Field
}

// scanField is the control of the scan.
const scanField = "blankett"

// showPaper is GET.
func (a *area) showPaper(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	return a.paperForm(r, http.StatusOK, c, p, clock.Date(a.Clock.Now()), nil)
}

// registerPaper is POST, with the scan.
func (a *area) registerPaper(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	on := strings.TrimSpace(r.Form().Get("datum"))
	name, scan, err := uploaded(r, scanField)
	if err != nil {
		return err
	}
	var problems []forms.Problem
	if name == "" {
		problems = append(problems, forms.Problem{Pointer: "/scan", Code: forms.Required})
	} else if problems, err = a.Flow.RegisterPaper(r.Context(), r.Actor(), c.Case.ID, p.ID, on, name, scan); err != nil {
		return err
	}
	if len(problems) > 0 {
		for i := range problems {
			if problems[i].Params == nil {
				problems[i].Params = map[string]any{"name": name}
			}
		}
		return a.paperForm(r, http.StatusUnprocessableEntity, c, p, on, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.paper.done", "name", p.Name), caseURL(c.Case.ID)+"#underskrifter")
}

// uploaded gives the first file of a control, streaming; without one, no name and nothing to read. Forms have their file last,
// so every value has been read before it.
func uploaded(r *httpkit.Request, field string) (name string, body io.Reader, err error) {
	u := r.Upload()
	if u == nil {
		return "", bytes.NewReader(nil), nil
	}
	for {
		f, err := u.Next()
		switch {
		case errors.Is(err, io.EOF):
			return "", bytes.NewReader(nil), nil
		case err != nil:
			return "", nil, err
		case f.Field == field:
			return f.Name, f.Body, nil
		}
	}
}

func (a *area) paperForm(r *httpkit.Request, status int, c *flow.StaffCase, party *casework.Party, on string, problems []forms.Problem) error {
	w := a.words(r)
	p := paperPage{Shell: a.caseShell(r, c, w.T("admin.paper.title")), caseHead: w.head(c), Name: party.Name, Action: paperURL(c.Case.ID, party.ID),
		On: ui.Field{Name: "datum", Type: "date", Label: w.T("admin.paper.date"), Value: on, Width: 12},
		Scan: ui.Field{Name: scanField, Label: w.T("admin.paper.scan"), Hint: w.T("admin.paper.scan-hint"),
			Accept: "application/pdf,image/jpeg,image/png"}}
	p.Shell.Problems = w.show(problems, control{"/on", &p.On, "-date"}, control{"/scan", &p.Scan, "-files"})
	return admin.Show(r, status, a.paper, p)
}
