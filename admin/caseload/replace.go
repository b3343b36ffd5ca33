package caseload

import (
	"net/http"
	"net/url"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// replacePage is /admin/arenden/{case}/ersatt/{party}: somebody else is put in a party's place.
type replacePage struct {
	ui.Shell
	caseHead
	Heading, Lead, Action              string
	Guardian                           bool // the place is a guardian's
	Name, Person, Email, Phone, Ground ui.Field
}

// replaceable gives the case and the party whose place is still to be filled. fault.Conflict when there is nothing to fill any more;
// fault.NotFound for a place in a decision's order, in which nobody acts for another.
func (a *area) replaceable(r *httpkit.Request) (*flow.StaffCase, *casework.Party, error) {
	c, p, err := a.partyCase(r)
	if err != nil {
		return nil, nil, err
	}
	pl := c.Case.Order.Place(p.ID)
	if pl == nil {
		return nil, nil, fault.New("caseload.replaceable", fault.NotFound, nil)
	}
	may := actionsOf(c.Case, c.Form.Def.Meta, false)
	if !placeActionsOf(&c.Case, *pl, may).Replace {
		return nil, nil, fault.New("caseload.replaceable", fault.Conflict, nil)
	}
	return c, p, nil
}

// showReplace is GET.
func (a *area) showReplace(r *httpkit.Request) error {
	c, p, err := a.replaceable(r)
	if err != nil {
		return err
	}
	return a.replaceForm(r, http.StatusOK, c, p, flow.Substitute{}, nil)
}

// replaceParty is POST.
func (a *area) replaceParty(r *httpkit.Request) error {
	c, p, err := a.replaceable(r)
	if err != nil {
		return err
	}
	in := parseSubstitute(r.Form())
	problems, err := a.Flow.Replace(r.Context(), r.Actor(), c.Case.ID, p.ID, in)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.replaceForm(r, http.StatusUnprocessableEntity, c, p, in, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.replace.done", "name", p.Name, "by", in.Name), caseURL(c.Case.ID)+"#underskrifter")
}

func parseSubstitute(f url.Values) flow.Substitute {
	return flow.Substitute{Name: f.Get("namn"), Number: f.Get("nummer"), Email: f.Get("epost"), Phone: f.Get("telefon"), Ground: f.Get("grund")}
}

func (a *area) replaceForm(r *httpkit.Request, status int, c *flow.StaffCase, party *casework.Party, in flow.Substitute, problems []forms.Problem) error {
	w := a.words(r)
	lead := "admin.replace.lead"
	if party.ID == c.Case.Applicant().ID {
		lead = "admin.replace.lead-applicant"
	}
	heading := w.T("admin.replace.title", "name", party.Name)
	p := replacePage{Shell: a.caseShell(r, c, heading), caseHead: w.head(c), Heading: heading, Lead: w.T(lead, "name", party.Name),
		Action: replaceURL(c.Case.ID, party.ID), Guardian: party.Role == casework.GuardianRole && len(c.Case.Children) > 0,
		Name: ui.Field{Name: "namn", Label: w.T("admin.replace.name"), Value: in.Name, Autocomplete: "off"},
		Person: ui.Field{Name: "nummer", Label: w.T("admin.replace.number"), Hint: w.T("admin.replace.number-hint"), Value: in.Number, Optional: true, Width: 14,
			InputMode: "numeric", Autocomplete: "off"},
		Email: ui.Field{Name: "epost", Label: w.T("admin.replace.email"), Hint: w.T("admin.replace.contact-hint"), Value: in.Email, Optional: true,
			InputMode: "email", Autocomplete: "off"},
		Phone:  ui.Field{Name: "telefon", Label: w.T("admin.replace.phone"), Value: in.Phone, Optional: true, Width: 16, Type: "tel", Autocomplete: "off"},
		Ground: ui.Field{Name: "grund", Label: w.T("admin.replace.ground"), Hint: w.T("admin.replace.ground-hint"), Value: in.Ground, Rows: 4}}
	p.Shell.Problems = w.show(problems, control{"/name", &p.Name, ""}, control{"/number", &p.Person, "-place"}, control{"/email", &p.Email, ""},
		control{"/phone", &p.Phone, ""}, control{"/ground", &p.Ground, ""})
	return admin.Show(r, status, a.replace, p)
}
