package caseload

import (
	"context"
	"net/http"
	"strconv"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// An urgent decision is followed on a page of its own: who is asked and by what telephone, what was said, what is sent on and has come, and
// whose the case is. What the officer notes there has a page each (nightform.go).

// Nights are urgent decisions, and cases that another board works with. For everybody who does not work with the case it does not exist.
// Problems have the pointers of each form; fault.Conflict when something happened meanwhile that makes it impossible.
type Nights interface {
	Night(context.Context, identity.Actor, casework.ID) (*flow.Night, error)
	// DecidersOf lists who may take the decision now, as the register says; none when the officer chooses among colleagues.
	DecidersOf(context.Context, identity.Actor, casework.ID) ([]flow.Decider, error)
	NoteCall(context.Context, identity.Actor, casework.ID, flow.CallInput) ([]forms.Problem, error)
	NoteOral(context.Context, identity.Actor, casework.ID, flow.OralInput) ([]forms.Problem, error)
	AnswerQuestion(ctx context.Context, a identity.Actor, id casework.ID, question int, text string) ([]forms.Problem, error)
	HandDispatch(ctx context.Context, a identity.Actor, id casework.ID, which string, in flow.HandInput) ([]forms.Problem, error)
	ConfirmDispatch(ctx context.Context, a identity.Actor, id casework.ID, which string, in flow.HandInput) ([]forms.Problem, error)
	DispatchPaper(ctx context.Context, a identity.Actor, id casework.ID, which, what string) (*flow.File, error)
	NightLetter(ctx context.Context, a identity.Actor, id casework.ID, letter string, n int) (*flow.File, error)
	NightLetterPosted(ctx context.Context, a identity.Actor, id casework.ID, letter string, n int) error
	HandToUnit(ctx context.Context, a identity.Actor, id casework.ID, note string) ([]forms.Problem, error)
	AcceptFromHost(context.Context, identity.Actor, casework.ID) error
	// SignerPaper gives who is to sign the decision, or one of the papers that it rests on; AskOfficer asks something first.
	SignerPaper(ctx context.Context, a identity.Actor, id casework.ID, paper string) (*flow.File, error)
	AskOfficer(ctx context.Context, a identity.Actor, id casework.ID, text string) ([]forms.Problem, error)
	// TookDecision reports whether the reader has taken the decision; fault.NotFound for whom it is, and was, nothing to sign.
	TookDecision(context.Context, identity.Actor, casework.ID) (bool, error)
	// NextMeeting is the day of the board's meeting to which what was decided then is reported; "" when none is planned.
	NextMeeting(ctx context.Context, a identity.Actor, auth identity.AuthorityID, row flow.Row) (string, error)
}

func nightURL(id casework.ID) string { return caseURL(id) + "/jour" }

// nightPage is /admin/arenden/{case}/jour.
type nightPage struct {
	ui.Shell
	caseHead
	Asked     []nightAsked
	Call      string // address, "" nobody to call
	Oral      string // address, "" nothing waits
	Calls     []nightCall
	Questions []nightQuestion
	Sent      []nightSent
	Letters   []nightLetter
	Unit      string // whose case it is, when another board works with it; "" else
	Host      string
	Handed    string // since when it waits to be accepted, and by whom it was handed over; "" it does not
	Note      string // what the host wants the unit to know
	Hand      string // address, for the host's officers
	Accept    string // address, for the unit's
}

// nightAsked is somebody before whom the decision is laid.
type nightAsked struct {
	Name, Right, Phone, Tel string
	State                   ui.Tag
	Since, Reason           string
	Sign                    string // address where he or she is asked for the signature by telephone; "" not now
}

type nightCall struct{ When, By, To, Outcome, Note string }

type nightQuestion struct {
	When, Name, Text, Answer, By string
	URL                          string // where it is answered; "" it has been, or the reader does not handle the case
}

// nightSent is one of those to whom the decision is sent on.
type nightSent struct {
	Title, Name, Phone, Tel, Text string
	State                         ui.Tag
	Papers                        []ui.Link
	Handed, Confirmed             string // addresses, "" not now
}

type nightLetter struct {
	Title, Name, Posted string
	Address             string
	URL                 string
	Post                bool // it can be marked as posted
}

// showNight is GET.
func (a *area) showNight(r *httpkit.Request) error {
	n, err := a.openNight(r)
	if err != nil {
		return err
	}
	w := a.words(r)
	p := w.night(n)
	for i, one := range n.Asked {
		if flow.MayAskByPhone(r.Actor(), headOf(n), one.Party) {
			p.Asked[i].Sign = phoneURL(n.Case.ID, one.Party)
		}
	}
	p.Shell, p.caseHead = a.nightShell(r, n, ""), w.head(headOf(n))
	return admin.Show(r, http.StatusOK, a.night, p)
}

func (a *area) openNight(r *httpkit.Request) (*flow.Night, error) {
	id, err := caseID(r)
	if err != nil {
		return nil, err
	}
	return a.Flow.Night(r.Context(), r.Actor(), id)
}

// headOf is what the head of every page about a case is made from.
func headOf(n *flow.Night) *flow.StaffCase {
	return &flow.StaffCase{Case: n.Case, Form: n.Form, Service: n.Service}
}

func (a *area) nightShell(r *httpkit.Request, n *flow.Night, title string) ui.Shell {
	w := a.words(r)
	if title == "" {
		sh := a.caseShell(r, headOf(n), w.T("admin.night.title"))
		sh.Wide = true
		return sh
	}
	sh := a.caseShell(r, headOf(n), title)
	sh.Back = &ui.Link{Text: w.T("admin.night.title"), URL: nightURL(n.Case.ID)}
	return sh
}

// night puts the page into words.
func (w words) night(n *flow.Night) nightPage {
	c, base := &n.Case, nightURL(n.Case.ID)
	var p nightPage
	deciding := c.State == casework.Deciding
	for _, one := range n.Asked {
		row := nightAsked{Name: one.Name, Right: one.Right, Phone: admin.Phone(one.Phone), Tel: one.Phone, State: ui.Tag{Text: w.T("admin.place.later"), Tone: ui.Neutral}}
		if one.Later {
			row.Right = w.T("admin.night.later")
		}
		if pl := one.Place; !pl.Asked.IsZero() || pl.State != signing.Waiting && pl.State != "" { // nobody has a place before the document is made
			row.State.Text, row.State.Tone = w.nightPlace(pl)
			if row.Reason = pl.Reason; !pl.Asked.IsZero() {
				row.Since = w.T("admin.proposal.since", "time", w.DateTime(pl.Asked))
			}
		}
		p.Asked = append(p.Asked, row)
	}
	if n.Handles && deciding && len(n.Asked) > 0 {
		p.Call = base + "/samtal"
		if c.Decision.PDF != nil {
			p.Oral = base + "/utan-underskrift"
		}
	}
	for i := len(c.Calls) - 1; i >= 0; i-- {
		k := c.Calls[i]
		p.Calls = append(p.Calls, nightCall{w.DateTime(k.At), k.By, k.To, w.T("admin.night.call." + string(k.Outcome)), k.Note})
	}
	for i := len(c.Questions) - 1; i >= 0; i-- {
		q := c.Questions[i]
		row := nightQuestion{When: w.DateTime(q.Asked), Name: q.Name, Text: q.Text, Answer: q.Answer, By: q.By}
		if n.Handles && q.Answered.IsZero() {
			row.URL = base + "/fraga/" + strconv.Itoa(q.N)
		}
		p.Questions = append(p.Questions, row)
	}
	for _, d := range c.Dispatches {
		p.Sent = append(p.Sent, w.nightSent(n, d))
	}
	for _, l := range n.Letters {
		row := nightLetter{Title: l.Title, Name: l.Name, URL: base + "/brev/" + l.Letter + "/" + strconv.Itoa(l.N), Post: n.Handles && l.Posted == nil}
		if len(l.Address) == 0 {
			row.Address = w.T("admin.night.no-address")
		}
		if l.Posted != nil {
			row.Posted = w.T("admin.night.posted", "time", w.DateTime(l.Posted.At), "name", l.Posted.By)
		}
		p.Letters = append(p.Letters, row)
	}
	if n.Host != "" {
		p.Host, p.Unit = n.Host, n.Unit
		if t := c.Takeover; t != nil {
			p.Handed, p.Note = w.T("admin.night.handed", "time", w.DateTime(t.At), "name", t.Name), t.Note
		}
		if n.MayHand {
			p.Hand = base + "/overlamna"
		}
		if n.MayAccept {
			p.Accept = base + "/ta-emot"
		}
	}
	return p
}

// nightPlace says how somebody's place stands; who was passed over, and who decided without a signature, in words of their own.
func (w words) nightPlace(pl signing.Place) (string, ui.Tone) {
	text, tone := w.place(pl.State)
	switch {
	case pl.State == signing.Hindered && pl.Why == casework.AwayThen:
		return w.T("admin.night.away"), ui.Neutral
	case pl.State == signing.OnPaper && (pl.Method == string(casework.Orally) || pl.Method == string(casework.ByPen)):
		return w.T("admin.night.decided-" + pl.Method), ui.Success
	}
	return text, tone
}

func (w words) nightSent(n *flow.Night, d casework.Dispatch) nightSent {
	c, base, to := &n.Case, nightURL(n.Case.ID), n.Receivers[d.ID]
	row := nightSent{Title: d.Title, Name: to.Name, Phone: to.Phone, Tel: to.Phone}
	row.State.Text, row.State.Tone = w.T("admin.night.sent."+string(d.State)), map[casework.DispatchState]ui.Tone{casework.DispatchWaiting: ui.Info, casework.DispatchSent: ui.Success,
		casework.DispatchPrint: ui.Warning, casework.DispatchHanded: ui.Warning, casework.DispatchDone: ui.Success}[d.State]
	switch d.State {
	case casework.DispatchSent:
		row.Text = w.T("admin.night.sent-text.sent", "time", w.DateTime(d.Sent), "address", d.Address, "receipt", d.Receipt)
	case casework.DispatchHanded:
		row.Text = w.T("admin.night.sent-text.handed", "time", w.DateTime(d.Handed), "name", d.HandedBy)
	case casework.DispatchDone:
		row.Text = w.T("admin.night.sent-text.done", "time", w.DateTime(d.Confirmed), "with", d.With, "name", d.By)
	default:
		if d.Why != "" {
			row.Text = w.coded("admin.night.why.", d.Why)
		}
	}
	if !n.Handles {
		return row
	}
	if d.State == casework.DispatchWaiting || d.State == casework.DispatchPrint {
		row.Handed = base + "/lamnat/" + d.ID
		row.Papers = w.nightPapers(c, d)
	}
	if d.State == casework.DispatchHanded {
		row.Confirmed = base + "/bekraftat/" + d.ID
	}
	return row
}

// nightPapers are what is printed when something is handed over.
func (w words) nightPapers(c *casework.Case, d casework.Dispatch) []ui.Link {
	var out []ui.Link
	own := func(what string) {
		out = append(out, ui.Link{Text: w.T("admin.night.paper." + what), URL: nightURL(c.ID) + "/skicka/" + d.ID + "/" + what})
	}
	if d.Document != "" {
		own(flow.CoverLetter)
	}
	for _, what := range d.Attach {
		switch {
		case what == "decision" && c.Decision.PDF != nil:
			out = append(out, ui.Link{Text: w.T("admin.night.paper.beslut"), URL: partURL(c.ID, c.Decision.PDF.Part.ID)})
		case what == "answers":
			own(flow.AnswersPaper)
		case what == "attachments":
			for _, r := range c.Content.Attachments {
				out = append(out, ui.Link{Text: r.Part.Name, URL: fileURL(c.ID, r.Part.ID)})
			}
		}
	}
	return out
}

// dispatchPaper is GET …/jour/skicka/{dispatch}/{what}: what is printed.
func (a *area) dispatchPaper(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.DispatchPaper(r.Context(), r.Actor(), id, r.Param("part"), r.Param("what"))
	if err != nil {
		return err
	}
	return file(r, f, true)
}

// letterOf reads which of the letters an address names.
func letterOf(r *httpkit.Request) (casework.ID, string, int, error) {
	id, err := caseID(r)
	if err != nil {
		return "", "", 0, err
	}
	n, err := strconv.Atoi(r.Param("part"))
	if err != nil || n < 0 {
		return "", "", 0, fault.New("caseload.letterOf", fault.NotFound, nil)
	}
	return id, r.Param("what"), n, nil
}

// nightLetter is GET …/jour/brev/{letter}/{n}: a letter to print.
func (a *area) nightLetter(r *httpkit.Request) error {
	id, letter, n, err := letterOf(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.NightLetter(r.Context(), r.Actor(), id, letter, n)
	if err != nil {
		return err
	}
	return file(r, f, true)
}

// nightLetterPosted is POST …/jour/brev/{letter}/{n}.
func (a *area) nightLetterPosted(r *httpkit.Request) error {
	id, letter, n, err := letterOf(r)
	if err != nil {
		return err
	}
	if err := a.Flow.NightLetterPosted(r.Context(), r.Actor(), id, letter, n); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("admin.night.posted-done"), nightURL(id)+"#brev")
}

// acceptFromHost is POST …/jour/ta-emot.
func (a *area) acceptFromHost(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	if err := a.Flow.AcceptFromHost(r.Context(), r.Actor(), id); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("admin.night.accepted"), caseURL(id))
}
