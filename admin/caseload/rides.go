package caseload

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"samtjanst/admin"
	"samtjanst/integrations/handover/ridelist"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// ridesPage is /admin/turlista: the operator's ride list comes in and is split per pupil.
type ridesPage struct {
	ui.Shell
	Authority ui.Field // left out when the reader works for one board only
	List      ui.Field
	Report    *ridesReport
}

// ridesReport says what became of the lines of a file.
type ridesReport struct {
	File     string
	Lines    string
	Matched  string
	Title    string // of the problems
	Problems ui.Table
}

// listField is the control of the file.
const listField = "lista"

// showRides is GET.
func (a *area) showRides(r *httpkit.Request) error {
	return admin.Show(r, http.StatusOK, a.rides, a.words(r).ridesPage(a.ridesShell(r), a.boards(r, handlers...), "", nil))
}

// uploadRides is POST. Its answer is the report: reading the same file again replaces the same lines, so a reload does no harm.
func (a *area) uploadRides(r *httpkit.Request) error {
	w, boards := a.words(r), a.boards(r, handlers...)
	chosen := r.Form().Get("namnd")
	if len(boards) == 1 {
		chosen = boards[0].Value
	}
	if !slices.ContainsFunc(boards, func(c ui.Choice) bool { return c.Value == chosen }) {
		return fault.New("caseload.uploadRides", fault.NotFound, nil)
	}
	name, body, err := uploaded(r, listField)
	if err != nil {
		return err
	}
	if name == "" {
		p := w.ridesPage(a.ridesShell(r), boards, chosen, nil)
		p.List.Error = w.T("problem.required-files", "label", p.List.Label)
		p.Shell.Problems = []ui.ProblemLink{p.List.Problem()}
		return admin.Show(r, http.StatusUnprocessableEntity, a.rides, p)
	}
	report, err := a.Flow.UploadRideList(r.Context(), r.Actor(), identity.AuthorityID(chosen), name, body)
	if err != nil {
		return err
	}
	if report.Refused != "" { // no ride list at all
		p := w.ridesPage(a.ridesShell(r), boards, chosen, nil)
		p.List.Error = w.refused(ridelist.Reason(report.Refused))
		p.Shell.Problems = []ui.ProblemLink{p.List.Problem()}
		return admin.Show(r, http.StatusUnprocessableEntity, a.rides, p)
	}
	return admin.Show(r, http.StatusOK, a.rides, w.ridesPage(a.ridesShell(r), boards, chosen, report))
}

// refused says why a file is no ride list, and what it should be.
func (w words) refused(why ridelist.Reason) string {
	switch why {
	case ridelist.NotText:
		return w.T("admin.rides.refused.not-text")
	case ridelist.NoHeader:
		return w.T("admin.rides.refused.no-header", "columns", strings.Join(ridelist.Columns(), ";"))
	case ridelist.Quotes:
		return w.T("admin.rides.refused.quotes")
	case ridelist.TooLarge:
		return w.T("admin.rides.refused.too-large")
	case ridelist.Separator:
		return w.T("admin.rides.refused.separator")
	}
	return w.T("admin.rides.refused.no-rows")
}

func (a *area) ridesShell(r *httpkit.Request) ui.Shell {
	return a.site.Shell(r, r.Locale().T("admin.rides.title"))
}

// boards are those within which the reader has one of the roles.
func (a *area) boards(r *httpkit.Request, roles ...identity.Role) []ui.Choice {
	var out []ui.Choice
	for _, id := range r.Actor().Authorities(roles...) {
		out = append(out, ui.Choice{Value: string(id), Label: a.site.AuthorityName(id)})
	}
	return out
}

func (w words) ridesPage(sh ui.Shell, boards []ui.Choice, chosen string, report *flow.RideReport) ridesPage {
	p := ridesPage{Shell: sh, List: ui.Field{Name: listField, Label: w.T("admin.rides.file"), Hint: w.T("admin.rides.file-hint"),
		Accept: ".csv,text/csv"}}
	if len(boards) > 1 {
		p.Authority = ui.Field{Name: "namnd", Label: w.T("admin.rides.authority")}
		for _, b := range boards {
			b.Checked = b.Value == chosen
			p.Authority.Options = append(p.Authority.Options, b)
		}
	}
	if report != nil {
		p.Report = w.ridesReport(report)
	}
	return p
}

func (w words) ridesReport(rep *flow.RideReport) *ridesReport {
	type line struct {
		n    int
		text string
	}
	var wrong []line
	for _, p := range rep.Problems {
		text := w.coded("admin.rides.problem-code.", string(p.Code))
		if p.Column != "" {
			text = w.T("admin.rides.problem-in", "column", p.Column, "problem", text)
		}
		wrong = append(wrong, line{p.Line, text})
	}
	for _, n := range rep.Unknown {
		wrong = append(wrong, line{n, w.T("admin.rides.problem-code.unknown")})
	}
	slices.SortStableFunc(wrong, func(a, b line) int { return cmp.Compare(a.n, b.n) })
	out := &ridesReport{File: w.T("admin.rides.report", "file", rep.File), Lines: w.T("admin.rides.lines", "n", rep.Lines),
		Matched: w.T("admin.rides.matched", "n", rep.Matched, "cases", w.T("admin.rides.pupils", "n", rep.Cases)),
		Title:   w.T("admin.rides.problems", "n", len(wrong))}
	out.Problems = ui.Table{Caption: out.Title, Columns: []ui.Column{{Title: w.T("admin.rides.line"), Numeric: true}, {Title: w.T("admin.rides.problem")}}}
	for _, l := range wrong {
		out.Problems.Rows = append(out.Problems.Rows, []ui.Cell{{Text: w.Int(int64(l.n))}, {Text: l.text}})
	}
	return out
}
