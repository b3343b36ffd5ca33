package web

import (
	"errors"
	"io"
	"net/http"

	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing/proof"
	"samtjanst/renderer/ui"
)

// verifyURL is where anybody can check a file with signatures, without login: it is the file that tells, not the platform.
const verifyURL = "/kontrollera"

// maxChecked bounds a file that is checked here, in bytes; larger ones are for the command.
const maxChecked = 20 << 20

// verifyPage asks for a file, and shows what was found in it. Nothing of the file is kept.
type verifyPage struct {
	ui.Shell
	Action string
	Token  string
	File   ui.Field
	Answer *verifyAnswer // nil before a file has been checked
}

// verifyAnswer is a report as the page shows it.
type verifyAnswer struct {
	Notice   ui.Notice
	Sections []verifySection
}

type verifySection struct {
	Title string
	Lines []verifyLine
}

type verifyLine struct {
	Tag     *ui.Tag // nil for what only informs
	Text    string
	Title   string // of Details, which are hidden until somebody wants them; "" shows them at once
	Details []verifyLine
}

func (s *site) verifyPage(r *httpkit.Request) error {
	return s.showVerify(r, http.StatusOK, "", nil)
}

// verify checks the file that was posted.
func (s *site) verify(r *httpkit.Request) error {
	l := r.Locale()
	raw, err := postedFile(r)
	switch {
	case errors.Is(err, fault.TooLarge):
		return s.showVerify(r, http.StatusRequestEntityTooLarge, l.T("verify.too-big", "size", l.Size(maxChecked)), nil)
	case err != nil:
		return err
	case len(raw) == 0:
		return s.showVerify(r, http.StatusUnprocessableEntity, l.T("verify.none"), nil)
	}
	report, err := s.inTurn(r, raw)
	var unusable proof.Unusable
	switch {
	case errors.As(err, &unusable):
		answer := answerOf(l, proof.SayUnusable(unusable, l))
		return s.showVerify(r, http.StatusUnprocessableEntity, "", &answer)
	case err != nil:
		return err
	}
	answer := answerOf(l, report.Say(l))
	return s.showVerify(r, http.StatusOK, "", &answer)
}

// inTurn checks one file at a time, since what is packed in a file can be much larger than the file. fault.Unavailable when the turn does not
// come.
func (s *site) inTurn(r *httpkit.Request, raw []byte) (proof.Report, error) {
	select {
	case s.checking <- struct{}{}:
		defer func() { <-s.checking }()
		return s.Verify(raw)
	case <-r.Context().Done():
		return proof.Report{}, fault.New("web.inTurn", fault.Unavailable, r.Context().Err())
	}
}

// postedFile reads the file into memory; empty when there is none. fault.TooLarge.
func postedFile(r *httpkit.Request) ([]byte, error) {
	const op = "web.postedFile"
	u := r.Upload()
	if u == nil {
		return nil, nil
	}
	f, err := u.Next()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f.Body, maxChecked+1))
	if err == nil && len(raw) > maxChecked {
		err = fault.Newf(op, fault.TooLarge, "over %d bytes", maxChecked)
	}
	return raw, err
}

func (s *site) showVerify(r *httpkit.Request, status int, problem string, answer *verifyAnswer) error {
	l := r.Locale()
	p := verifyPage{Shell: s.frame(r, nil, l.T("verify.title")), Action: verifyURL, Token: r.Token(), Answer: answer,
		File: ui.Field{Name: "fil", Label: l.T("verify.file"), Hint: l.T("verify.file-hint", "size", l.Size(maxChecked)), Error: problem,
			Accept: ".pdf,.zip,application/pdf,application/zip"}}
	if answer != nil {
		p.File.Label = l.T("verify.again")
	}
	if problem != "" {
		p.Problems = []ui.ProblemLink{p.File.Problem()}
	}
	return show(r, status, s.pages.verify, p)
}

var markTones = map[proof.Mark]ui.Tone{proof.Good: ui.Success, proof.Bad: ui.Danger, proof.Note: ui.Warning}

// speaker is what answerOf needs of a language.
type speaker interface {
	T(key string, args ...any) string
}

func answerOf(l speaker, st proof.Statement) verifyAnswer {
	a := verifyAnswer{Notice: ui.Notice{Tone: markTones[st.Mark], Title: st.Title, Text: st.Text}}
	for _, sec := range st.Sections {
		a.Sections = append(a.Sections, verifySection{Title: sec.Title, Lines: linesOf(l, sec.Lines)})
	}
	return a
}

func linesOf(l speaker, lines []proof.Line) []verifyLine {
	var out []verifyLine
	for _, line := range lines {
		v := verifyLine{Text: line.Text, Details: linesOf(l, line.Details)}
		if line.Mark != proof.Note {
			v.Tag = &ui.Tag{Tone: markTones[line.Mark], Text: l.T("verify.mark." + string(line.Mark))}
		}
		if len(line.Details) > 1 {
			v.Title = l.T("verify.details")
		}
		out = append(out, v)
	}
	return out
}
