// Package caseload has the pages where officers work: the inbox, which begins with what needs attention now and why; the case,
// all of it on one page; the actions on it; the signing orders that go on, wherever they do; the list of decisions to report to the board; and the operator's ride lists.
//
// An address says what is looked at (a case by its random id, an inbox by its filters) and never anything of a person: words
// searched for stay in the session. An action is a POST that ends in 303; what was wrong comes back as the same page with
// status 422 and everything that was typed. One file has one action.
//
// Pages are made in two steps: a function from what the use case gave to a struct of words (inboxview.go, caseview.go …),
// which is tested without a server, and a template bound to that struct.
package caseload

import (
	"context"
	"embed"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Flow has the use cases of these pages; *flow.Service has them all. Every one of them refuses with fault.Unauthorised who is
// not staff, with fault.NotFound whose board the case is not, and with fault.Forbidden who lacks the role within it.
type Flow interface {
	Cases
	Papers
	Handling
	BookedTimes
	Signatures
	Decisions
	SignedDecisions
	ByPhone
	Handouts
	TimeLimits
	Nights
	Lists
}

// Cases are looked at. Each look is written to the log of reads.
type Cases interface {
	Catalogue(tenant identity.TenantID, query, lang string) ([]flow.ServiceView, error)
	Inbox(context.Context, identity.Actor, flow.InboxQuery) (*flow.Inbox, error)
	// Municipalities are the organisations whose cases the actor works with.
	Municipalities(identity.Actor) []*directory.Tenant
	// PreparedServices are those that officers of the actor's boards begin.
	PreparedServices(identity.Actor) ([]flow.ServiceView, error)
	// Orders lists the signing orders that go on.
	Orders(context.Context, identity.Actor, flow.OrderQuery) (*flow.Orders, error)
	StaffCase(context.Context, identity.Actor, casework.ID) (*flow.StaffCase, error)
	Colleagues(context.Context, identity.Actor, casework.ID) ([]flow.Colleague, error)
}

// Papers are opened or printed.
type Papers interface {
	StaffAttachment(ctx context.Context, a identity.Actor, id casework.ID, file string) (*flow.File, error)
	StaffPart(ctx context.Context, a identity.Actor, id casework.ID, part string) (*flow.File, error)
	Letter(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, what string) (*flow.File, error)
	CasePDF(context.Context, identity.Actor, casework.ID) (*flow.File, error)
	CaseBundle(context.Context, identity.Actor, casework.ID) (*flow.File, error)
}

// Handling of a case. fault.Conflict when something happened in the case meanwhile that makes it impossible.
type Handling interface {
	Assign(ctx context.Context, a identity.Actor, id casework.ID, subject, name string) error
	Remind(context.Context, identity.Actor, casework.ID, signing.PartyID) error
	// RemindMany reminds everybody whom the cases wait for, and says how many, and why not the others.
	RemindMany(context.Context, identity.Actor, []casework.ID) (*flow.Reminders, error)
	FinishTask(ctx context.Context, a identity.Actor, id casework.ID, task int) error
	CompletionCame(ctx context.Context, a identity.Actor, id casework.ID) error
	LetterSent(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, what string, task int) error
	// MoveStage moves the case to another of the form's stages; problems have the pointers "/to" and "/note".
	MoveStage(ctx context.Context, a identity.Actor, id casework.ID, from, to, note string) ([]forms.Problem, error)
}

// Signatures that are missing. What was filled in wrongly comes as problems with pointers "/text", "/parties", "/due",
// "/ground", "/on", "/scan", "/reason", and those of a substitute.
type Signatures interface {
	OrderCompletion(ctx context.Context, a identity.Actor, id casework.ID, parties []signing.PartyID, text, due string) ([]forms.Problem, error)
	GoOn(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, ground string) ([]forms.Problem, error)
	NoteHindered(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, reason string) ([]forms.Problem, error)
	Replace(ctx context.Context, a identity.Actor, id casework.ID, old signing.PartyID, in flow.Substitute) ([]forms.Problem, error)
	RegisterPaper(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, on, name string, scan io.Reader) ([]forms.Problem, error)
}

// Decisions are written, looked at and taken.
type Decisions interface {
	PreviewDecision(context.Context, identity.Actor, casework.ID, flow.DecisionInput) (*flow.DecisionPreview, error)
	PreviewPDF(context.Context, identity.Actor, casework.ID, flow.DecisionInput) (*flow.File, error)
	// Decide: fault.Conflict when the case is no longer at the revision that the officer read.
	Decide(ctx context.Context, a identity.Actor, id casework.ID, rev int64, in flow.DecisionInput) ([]forms.Problem, error)
}

// SignedDecisions wait for the signature of those before whom they are laid. For everybody else there is nothing to sign: fault.NotFound.
type SignedDecisions interface {
	eidkit.Flow
	ToSign(context.Context, identity.Actor) ([]flow.OrderRow, error)
	DecisionToSign(context.Context, identity.Actor, casework.ID) (*flow.DecisionToSign, error)
	// StartSigningDecision: fault.Conflict when it is not the actor's turn.
	StartSigningDecision(ctx context.Context, a identity.Actor, id casework.ID, provider string, client flow.Client) (*flow.DecisionToSign, error)
	PollSigningDecision(context.Context, identity.Actor, casework.ID) (*flow.DecisionToSign, error)
	DecisionCameBack(ctx context.Context, a identity.Actor, id casework.ID, ticket string) error
	CancelSigningDecision(context.Context, identity.Actor, casework.ID) error
	// AgainstDecision and HinderedDecision have problems with the pointer "/reason", WithdrawDecision "/ground".
	AgainstDecision(ctx context.Context, a identity.Actor, id casework.ID, reason string) ([]forms.Problem, error)
	HinderedDecision(ctx context.Context, a identity.Actor, id casework.ID, reason string) ([]forms.Problem, error)
	WithdrawDecision(ctx context.Context, a identity.Actor, id casework.ID, ground string) ([]forms.Problem, error)
}

// ByPhone are signatures that an officer asks for who is talking with the person. fault.NotFound for a party who has nothing to sign, is the
// actor, or may not be asked so.
type ByPhone interface {
	PhoneSigning(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID) (*flow.PhoneSigning, error)
	// AskByPhone: problems have the pointer "/caller"; fault.Conflict, with the view, when nobody can be asked at present.
	AskByPhone(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, in flow.PhoneInput) (*flow.PhoneSigning, []forms.Problem, error)
	PollPhoneSigning(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID) (*flow.PhoneSigning, error)
	CancelPhoneSigning(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID) error
}

// Handouts end a case where nothing is decided: a certificate, a copy.
type Handouts interface {
	// HandOut: fault.Conflict when the case is no longer at the revision that the officer read. Problems have the pointers "/way",
	// "/message" and "/files".
	HandOut(ctx context.Context, a identity.Actor, id casework.ID, rev int64, in flow.HandoutInput) ([]forms.Problem, error)
}

// TimeLimits are set by law. Problems have the pointers "/day", "/clock", "/note" and "/ground". fault.Conflict when the limit no longer runs,
// or cannot begin.
type TimeLimits interface {
	// UrgentLimits lists the cases in which it is time to act, those first whose limit ends first.
	UrgentLimits(context.Context, identity.Actor) ([]flow.Row, error)
	MeetLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error)
	ExtendLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error)
	EndLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error)
	BeginLimit(ctx context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error)
}

// Lists are the board's and the operator's.
type Lists interface {
	BoardList(context.Context, identity.Actor, identity.AuthorityID) ([]flow.Row, error)
	ReportToBoard(ctx context.Context, a identity.Actor, auth identity.AuthorityID, meeting string, ids []casework.ID) error
	UploadRideList(ctx context.Context, a identity.Actor, auth identity.AuthorityID, name string, r io.Reader) (*flow.RideReport, error)
}

// Deps is what the pages need.
type Deps struct {
	Flow  Flow
	Clock clock.Clock
	Log   *slog.Logger // nil: nowhere
	// QR draws a code that an e-legitimation's app reads, as SVG.
	QR func(text string) ([]byte, error)
	// BaseURL is our own address as an e-legitimation's app returns to it, without a trailing slash.
	BaseURL string
}

// area is the pages with what they need.
type area struct {
	Deps
	site *admin.Site
	eid  *eidkit.Kit

	inbox      *ui.Template[inboxPage]
	stages     *ui.Template[stagePage]
	times      *ui.Template[timePage]
	kase       *ui.Template[casePage]
	completion *ui.Template[completionPage]
	goOn       *ui.Template[goOnPage]
	hinder     *ui.Template[hinderPage]
	replace    *ui.Template[replacePage]
	orders     *ui.Template[ordersPage]
	paper      *ui.Template[paperPage]
	decide     *ui.Template[decidePage]
	handout    *ui.Template[handoutPage]
	limit      *ui.Template[limitPage]
	board      *ui.Template[boardPage]
	rides      *ui.Template[ridesPage]

	signDecision *ui.Template[signDecisionPage]
	signWait     *ui.Template[signWaitPage]
	phone        *ui.Template[phonePage]
	phoneWait    *ui.Template[phoneWaitPage]
	position     *ui.Template[positionPage]
	night        *ui.Template[nightPage]
	nightNote    *ui.Template[nightFormPage]
	toSign       *ui.Template[toSignPage]
	ask          *ui.Template[askPage]
	stray        *ui.Template[strayPage]
}

// Addresses.
const (
	inboxURL  = admin.HomeURL + "/arenden"
	ordersURL = admin.HomeURL + "/underskrifter"
	boardURL  = admin.HomeURL + "/namnd"
	ridesURL  = admin.HomeURL + "/turlista"
	// BackURL is where a browser goes on that came back from a provider of e-legitimation to which an officer was sent.
	BackURL = admin.HomeURL + "/eid/klar"
)

func caseURL(id casework.ID) string { return inboxURL + "/" + url.PathEscape(string(id)) }

// partURL is the address of a part of the case: a decision, evidence.
func partURL(id casework.ID, part string) string {
	return caseURL(id) + "/handling/" + url.PathEscape(part)
}

func fileURL(id casework.ID, file string) string {
	return caseURL(id) + "/bilaga/" + url.PathEscape(file)
}

func letterURL(id casework.ID, p signing.PartyID, what string) string {
	return caseURL(id) + "/brev/" + url.PathEscape(string(p)) + "/" + url.PathEscape(what)
}

func goOnURL(id casework.ID, p signing.PartyID) string {
	return caseURL(id) + "/vidare/" + url.PathEscape(string(p))
}

func hinderURL(id casework.ID, p signing.PartyID) string {
	return caseURL(id) + "/hinder/" + url.PathEscape(string(p))
}

func replaceURL(id casework.ID, p signing.PartyID) string {
	return caseURL(id) + "/ersatt/" + url.PathEscape(string(p))
}

func paperURL(id casework.ID, p signing.PartyID) string {
	return caseURL(id) + "/papper/" + url.PathEscape(string(p))
}

func newArea(site *admin.Site, d Deps) (*area, error) {
	a := &area{Deps: d, site: site}
	if a.Clock == nil {
		a.Clock = clock.System{}
	}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	a.eid = &eidkit.Kit{Flow: d.Flow, Log: a.Log, QR: d.QR, BaseURL: d.BaseURL}
	b := site.UI().Bind(templates, "parts")
	ui.Bind(b, &a.inbox, "inbox", "inbox_*")
	ui.Bind(b, &a.kase, "case", "case_*")
	ui.Bind(b, &a.stages, "stage")
	ui.Bind(b, &a.times, "time")
	ui.Bind(b, &a.completion, "completion")
	ui.Bind(b, &a.goOn, "goon")
	ui.Bind(b, &a.hinder, "hinder")
	ui.Bind(b, &a.replace, "replace")
	ui.Bind(b, &a.orders, "orders")
	ui.Bind(b, &a.paper, "paper")
	ui.Bind(b, &a.decide, "decide")
	ui.Bind(b, &a.handout, "handout")
	ui.Bind(b, &a.limit, "limit")
	ui.Bind(b, &a.board, "board")
	ui.Bind(b, &a.rides, "rides")
	ui.Bind(b, &a.signDecision, "signdecision")
	ui.Bind(b, &a.signWait, "signwait")
	ui.Bind(b, &a.phone, "phone")
	ui.Bind(b, &a.phoneWait, "phonewait")
	ui.Bind(b, &a.position, "position")
	ui.Bind(b, &a.night, "night")
	ui.Bind(b, &a.nightNote, "nightform")
	ui.Bind(b, &a.toSign, "tosign")
	ui.Bind(b, &a.ask, "ask")
	ui.Bind(b, &a.stray, "stray")
	return a, b.Err()
}

// Register adds the pages to the staff's site.
func Register(site *admin.Site, d Deps) error {
	a, err := newArea(site, d)
	if err != nil {
		return err
	}
	reads := httpkit.Staff(identity.Officer, identity.Decider, identity.Manager)
	handles := httpkit.Staff(identity.Officer, identity.Decider)
	signs := httpkit.Staff(identity.Officer, identity.Decider, identity.Chair)
	reports := httpkit.Staff(identity.Decider, identity.Manager)
	const one = inboxURL + "/:case"
	get := func(path string, who httpkit.Access, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: who, Handle: h}
	}
	post := func(path string, who httpkit.Access, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: who, Handle: h, Hold: true}
	}
	upload := func(path string, who httpkit.Access, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: who, Handle: h, Files: true}
	}
	limited := func(r httpkit.Route, l *httpkit.Limit) httpkit.Route { r.Limit = l; return r }
	quiet := func(r httpkit.Route) httpkit.Route { r.Quiet = true; return r }
	site.Add([]admin.NavItem{
		{Key: "cases", URL: inboxURL, Roles: []identity.Role{identity.Officer, identity.Decider, identity.Manager}},
		{Key: "signatures", URL: ordersURL, Roles: []identity.Role{identity.Officer, identity.Decider, identity.Manager}},
		{Key: "to-sign", URL: toSignURL, Roles: []identity.Role{identity.Chair}},
		{Key: "board", URL: boardURL, Roles: []identity.Role{identity.Officer, identity.Decider, identity.Manager}},
		{Key: "rides", URL: ridesURL, Roles: []identity.Role{identity.Officer, identity.Decider}},
	},
		get(inboxURL, reads, a.showInbox),
		post(inboxURL+"/sok", reads, a.search),
		post(inboxURL+"/tilldela", handles, a.assignMarked),
		post(inboxURL+"/paminn", handles, a.remindMarked),
		get(ordersURL, reads, a.showOrders),
		post(ordersURL+"/paminn", handles, a.remindMarked),
		get(one, reads, a.showCase),
		get(one+"/bilaga/:file", reads, a.attachment),
		get(one+"/handling/:part", reads, a.part),
		get(one+"/brev/:party/:what", handles, a.letter),
		get(one+"/arende.pdf", reads, a.casePDF),
		get(one+"/bevis.zip", reads, a.caseBundle),
		post(one+"/handlaggare", handles, a.assign),
		post(one+"/paminn", handles, a.remind),
		post(one+"/uppgift", handles, a.finishTask),
		post(one+"/kompletterad", handles, a.completionCame),
		post(one+"/brev", handles, a.letterSent),
		get(one+"/steg", handles, a.showStage),
		post(one+"/steg", handles, a.moveStage),
		get(one+"/tid/:n", handles, a.showTime),
		post(one+"/tid/:n", handles, a.changeTime),
		get(one+"/komplettering", handles, a.showCompletion),
		post(one+"/komplettering", handles, a.orderCompletion),
		get(one+"/vidare/:party", handles, a.showGoOn),
		post(one+"/vidare/:party", handles, a.goOnWithout),
		get(one+"/hinder/:party", handles, a.showHinder),
		post(one+"/hinder/:party", handles, a.noteHindered),
		get(one+"/ersatt/:party", handles, a.showReplace),
		post(one+"/ersatt/:party", handles, a.replaceParty),
		get(one+"/papper/:party", handles, a.showPaper),
		upload(one+"/papper/:party", handles, a.registerPaper),
		get(one+"/beslut", handles, a.showDecide),
		post(one+"/beslut", handles, a.writeDecision),
		post(one+"/beslut/fatta", handles, a.takeDecision),
		post(one+"/beslut.pdf", handles, a.previewPDF),
		get(one+"/frist/:limit/:what", handles, a.showLimit),
		post(one+"/frist/:limit/:what", handles, a.recordLimit),
		get(one+"/utlamna", handles, a.showHandout),
		upload(one+"/utlamna", handles, a.handOut),
		get(one+"/skriv-under", signs, a.showSignDecision),
		limited(post(one+"/skriv-under", signs, a.startSignDecision), eidkit.StartLimit),
		get(one+"/skriv-under/handling", signs, a.decisionMade),
		quiet(get(one+"/skriv-under/vanta", signs, a.waitForSign)),
		limited(post(one+"/skriv-under/vanta", signs, a.pollSign), eidkit.PollLimit),
		limited(get(one+"/skriv-under/lage", signs, a.signState), eidkit.PollLimit),
		quiet(limited(get(one+"/skriv-under/qr", signs, a.signCode), eidkit.CodeLimit)),
		get(one+"/skriv-under/retur", signs, a.signReturn),
		post(one+"/skriv-under/avbryt", signs, a.cancelSign),
		get(one+"/telefon/:party", handles, a.showPhone),
		limited(post(one+"/telefon/:party", handles, a.askByPhone), eidkit.StartLimit),
		quiet(get(one+"/telefon/:party/vanta", handles, a.waitForPhone)),
		limited(post(one+"/telefon/:party/vanta", handles, a.pollPhone), eidkit.PollLimit),
		limited(get(one+"/telefon/:party/lage", handles, a.phoneState), eidkit.PollLimit),
		post(one+"/telefon/:party/avbryt", handles, a.cancelPhone),
		get(one+against.path, signs, a.showPosition(against)),
		post(one+against.path, signs, a.takePosition(against)),
		get(one+hindered.path, signs, a.showPosition(hindered)),
		post(one+hindered.path, signs, a.takePosition(hindered)),
		get(toSignURL, httpkit.Staff(identity.Chair), a.showToSign),
		get(one+"/skriv-under/papper/:part", signs, a.signerPaper),
		get(one+"/skriv-under/fraga", signs, a.showAsk),
		post(one+"/skriv-under/fraga", signs, a.askOfficer),
		get(one+"/jour", reads, a.showNight),
		get(one+"/jour/samtal", handles, a.showNightForm(noteCall)),
		post(one+"/jour/samtal", handles, a.saveNightForm(noteCall)),
		get(one+"/jour/fraga/:part", handles, a.showNightForm(answerQuestion)),
		post(one+"/jour/fraga/:part", handles, a.saveNightForm(answerQuestion)),
		get(one+"/jour/utan-underskrift", handles, a.showNightForm(noteOral)),
		upload(one+"/jour/utan-underskrift", handles, a.saveNightForm(noteOral)),
		get(one+"/jour/lamnat/:part", handles, a.showNightForm(handDispatch)),
		post(one+"/jour/lamnat/:part", handles, a.saveNightForm(handDispatch)),
		get(one+"/jour/bekraftat/:part", handles, a.showNightForm(confirmDispatch)),
		post(one+"/jour/bekraftat/:part", handles, a.saveNightForm(confirmDispatch)),
		get(one+"/jour/skicka/:part/:what", handles, a.dispatchPaper),
		get(one+"/jour/brev/:what/:part", handles, a.nightLetter),
		post(one+"/jour/brev/:what/:part", handles, a.nightLetterPosted),
		get(one+"/jour/overlamna", handles, a.showNightForm(handToUnit)),
		post(one+"/jour/overlamna", handles, a.saveNightForm(handToUnit)),
		post(one+"/jour/ta-emot", handles, a.acceptFromHost),
		get(one+takenBack.path, handles, a.showPosition(takenBack)),
		post(one+takenBack.path, handles, a.takePosition(takenBack)),
		limited(get(BackURL, httpkit.Public, a.cameBack), eidkit.PollLimit),
		get(boardURL, reads, a.showBoard),
		post(boardURL, reports, a.reportToBoard),
		get(ridesURL, handles, a.showRides),
		upload(ridesURL, handles, a.uploadRides),
	)
	return nil
}

// words are the reader's, now.
func (a *area) words(r *httpkit.Request) words { return words{Locale: r.Locale(), now: a.Clock.Now()} }

// caseID is the case in the address. Anything that cannot be one does not exist.
func caseID(r *httpkit.Request) (casework.ID, error) {
	id := r.Param("case")
	if len(id) == 0 || len(id) > 64 {
		return "", fault.New("caseload", fault.NotFound, nil)
	}
	return casework.ID(id), nil
}

// file sends what the flow gave. Only what the platform itself has made is shown in the browser.
func file(r *httpkit.Request, f *flow.File, own bool) error {
	return r.File(httpkit.Download{Name: f.Name, Type: f.Type, Size: f.Size, Body: f.Body, Inline: own})
}
