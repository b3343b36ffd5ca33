package people

import (
	"errors"
	"io"
	"strings"

	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// backing is where the board's signed paper is attached, or its secretary asked to sign one here.
type backing struct {
	Secretary *ui.Field // nil: nobody can be asked
	Paper     ui.Field
}

// Controls of the paper. The file stands last in its form, so that everything else has been read before it.
const (
	controlSecretary = "sekreterare"
	controlPaper     = "papper"
)

// backing makes the controls. prefix sets those of a page's second form apart from the first's.
func (w words) backing(b flow.PeopleBoard, prefix string, asked bool) backing {
	out := backing{Paper: ui.Field{Name: controlPaper, ID: prefix + controlPaper, Label: w.T("people.edit.paper"), Hint: w.T("people.edit.paper-hint"), Accept: "application/pdf"}}
	if len(b.Secretaries) > 0 {
		out.Secretary = &ui.Field{Name: controlSecretary, ID: prefix + controlSecretary, Label: w.T("people.edit.sign"), Hint: w.T("people.edit.sign-hint"),
			Options: []ui.Choice{{Value: "ja", Label: w.T("people.edit.sign-by", "n", len(b.Secretaries), "names", strings.Join(b.Secretaries, ", ")), Checked: asked}}}
	}
	return out
}

// asked reports whether the posted form asks the secretary to sign.
func asked(r *httpkit.Request) bool { return r.Form().Get(controlSecretary) != "" }

// proposedText says whom a change that has been proposed waits for.
func (a *area) proposedText(r *httpkit.Request) string {
	if asked(r) {
		return r.Locale().T("people.edit.asked")
	}
	return r.Locale().T("people.edit.proposed")
}

// uploaded gives the posted paper, or that the secretary is to sign one; nil when there is neither.
func uploaded(r *httpkit.Request) (*flow.PaperFile, error) {
	sign := asked(r)
	for u := r.Upload(); u != nil; {
		f, err := u.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if f.Field == controlPaper {
			return &flow.PaperFile{Name: f.Name, Body: f.Body, Sign: sign}, nil
		}
	}
	if sign {
		return &flow.PaperFile{Sign: true}, nil
	}
	return nil, nil
}
