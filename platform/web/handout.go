package web

import (
	"html/template"

	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// handoutPart is what was handed out, on the applicant's page of the case.
type handoutPart struct {
	Title   string // what it is: "Intyget"
	Way     string // how it was handed out, and when
	Message template.HTML
	Files   ui.Files
	Letter  string // address of the letter that goes with it
}

func handout(r *httpkit.Request, h *flow.HandoutView, base string) *handoutPart {
	l := r.Locale()
	p := &handoutPart{Title: h.Title.In(r.Lang), Way: l.T("web.case.handout-way", "way", h.Way.In(r.Lang), "day", l.Date(h.At)),
		Message: html(h.Message), Letter: base + "/utlamnat"}
	for _, f := range h.Files {
		p.Files = append(p.Files, ui.FileItem{Name: f.Name, Type: renderer.FileKind(f.Type), Bytes: f.Size, URL: base + "/utlamnat/" + f.ID})
	}
	return p
}

// handoutFile opens a file that was handed out, which the use case notes.
func (s *site) handoutFile(r *httpkit.Request) error {
	f, err := s.Flow.HandoutFile(r.Context(), r.Actor(), caseID(r), r.Param("file"))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	return send(r, f, false)
}

// handoutPDF opens the letter that goes with what was handed out.
func (s *site) handoutPDF(r *httpkit.Request) error {
	f, err := s.Flow.HandoutPDF(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	return send(r, f, true)
}
