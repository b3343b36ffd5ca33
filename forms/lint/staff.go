package lint

import "strconv"

// staff checks a form that officers begin, for others to sign or for somebody to decide: nothing in it may rest on who began it, since that is a
// board and no person.
func (l *linter) staff() {
	m := &l.def.Meta
	if !m.ByStaff() {
		return
	}
	const mend = "leave it out, or let citizens begin: audience: citizen"
	for _, refused := range [...]struct {
		path, what string
		there      bool
	}{
		{"/authority", "the case is the board's whose officer begins it", m.Authority != ""},
		{"/signing/applicant", "there is no applicant who could sign", m.Signing.Applicant},
		{"/signing/decline", "there is no applicant who could change what was declined", m.Signing.Decline == applicantRole},
		{"/signing/steps", "the officer says the order of each case", len(m.Signing.Steps) > 0},
		{"/prefill", "there is no applicant whom a register could be asked about", len(m.Prefill) > 0},
		{"/own", "there is no applicant with a section of his or her own", m.Own != ""},
		{"/delivery", "there is no applicant to hand anything out to", len(m.Delivery.Ways) > 0},
		{"/copyable", "nobody has an application to copy", len(m.Copyable) > 0},
		{"/contact", "whoever begins has logged in", m.Contact != ""},
	} {
		if refused.there {
			l.inForm(refused.path, mend, "in what staff begin %s", refused.what)
		}
	}
	if m.Open() {
		l.inForm("/login", "write 2, 3 or 4: how those who sign log in", "in what staff begin those who sign have no login")
	}
	for i, p := range m.Parties {
		if p.From != "" || p.Directory != nil {
			l.inForm("/parties/"+strconv.Itoa(i)+"/from", "leave it out: the officer names them", "in what staff begin the officer says who the party %q is", p.Role)
		}
	}
	if len(m.Parties) == 0 && m.Decision.Sign == nil {
		l.inForm("/parties", "add a party, with role and title, or decision.sign", "staff begin it and nobody signs")
	}
}
