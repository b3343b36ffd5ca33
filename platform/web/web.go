// Package web has the citizens' pages: choose a municipality, find a service, log in, fill in, sign, follow the case.
//
// A page is a struct with a template (templates/*.html, bound by renderer/ui); a handler binds, asks one use case of
// package flow and answers with a page or a 303. Handlers stand one action a file, the table of routes in routes.go.
//
// Invariants: every page works without script; what a person typed survives validation, an expired login and a stale tab
// (resend.go); no address names a person; a person who cannot use a service reads the same page for every cause
// (hindered.go); somebody else's draft, case or file is a 404.
package web

import (
	"context"
	"io"
	"net/url"

	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing/proof"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// The use cases that the pages need; *flow.Service has them all. Errors are faults: NotFound for what is not the actor's,
// Unauthorised, Hindered, Conflict (made from an older page), Gone (closed), Unavailable.

// Services is what can be applied for.
type Services interface {
	Catalogue(tenant identity.TenantID, query, lang string) ([]flow.ServiceView, error)
	Service(tenant identity.TenantID, form string) (flow.ServiceView, error)
}

// Drafts is what a citizen fills in.
type Drafts interface {
	Start(ctx context.Context, a identity.Actor, tenant, form string) (draftID string, err error)
	Page(ctx context.Context, a identity.Actor, draftID, pageID string, returning bool) (*flow.DraftView, error)
	Remade(ctx context.Context, a identity.Actor, draftID string) (*flow.DraftView, error)
	Save(ctx context.Context, a identity.Actor, draftID string, post flow.Post) (flow.Saved, error)
	Upload(ctx context.Context, a identity.Actor, draftID string, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error)
	UploadOwn(ctx context.Context, a identity.Actor, id casework.ID, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error)
	DraftFile(ctx context.Context, a identity.Actor, draftID, fileID string) (*flow.File, error)
	Discard(ctx context.Context, a identity.Actor, draftID string) error
	Submit(ctx context.Context, a identity.Actor, draftID string, rev int64) (casework.ID, *flow.DraftView, error)
	Copy(ctx context.Context, a identity.Actor, id casework.ID) (draftID string, err error)
	OwnPage(ctx context.Context, a identity.Actor, id casework.ID, pageID string) (*flow.DraftView, error)
	SaveOwn(ctx context.Context, a identity.Actor, id casework.ID, post flow.Post) (flow.Saved, error)
}

// Open is what is done without login: by a guest, known by the browser alone.
type Open interface {
	DraftService(ctx context.Context, a identity.Actor, draftID string) (flow.ServiceView, error)
	Receipt(ctx context.Context, a identity.Actor, id casework.ID) (*flow.CaseView, error)
	OpenReceiptPDF(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
	OpenCopyPDF(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
}

// Links lead back to what was begun. fault.TooMany when too many have been ordered, fault.NotFound for a link that does not hold.
type Links interface {
	OrderLink(ctx context.Context, a identity.Actor, draftID, email string) (flow.Ordered, []forms.Problem, error)
	OpenLink(ctx context.Context, link string) (flow.Link, error)
	RedeemLink(ctx context.Context, a identity.Actor, link, code string) (draftID string, l flow.Link, err error)
}

// Cases is what a citizen follows.
type Cases interface {
	Mine(ctx context.Context, a identity.Actor) ([]flow.Item, error)
	Case(ctx context.Context, a identity.Actor, id casework.ID) (*flow.CaseView, error)
	Withdraw(ctx context.Context, a identity.Actor, id casework.ID) error
	ReceiptPDF(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
	CopyPDF(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
	DecisionPDF(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
	HandoutPDF(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
	HandoutFile(ctx context.Context, a identity.Actor, id casework.ID, file string) (*flow.File, error)
	Attachment(ctx context.Context, a identity.Actor, id casework.ID, fileID string) (*flow.File, error)
	SavedContact(ctx context.Context, a identity.Actor) (casework.Contact, error)
	SaveContact(ctx context.Context, a identity.Actor, c casework.Contact) ([]forms.Problem, error)
}

// Signing is how a citizen signs.
type Signing interface {
	SigningPage(ctx context.Context, a identity.Actor, id casework.ID) (*flow.SigningView, error)
	StartSigning(ctx context.Context, a identity.Actor, id casework.ID, provider string, client flow.Client) (*flow.SigningView, error)
	PollSigning(ctx context.Context, a identity.Actor, id casework.ID) (*flow.SigningView, error)
	SigningCameBack(ctx context.Context, a identity.Actor, id casework.ID, ticket string) error
	CancelSigning(ctx context.Context, a identity.Actor, id casework.ID) error
	SignedPart(ctx context.Context, a identity.Actor, id casework.ID, partID string) (*flow.File, error)
	OwnEvidence(ctx context.Context, a identity.Actor, id casework.ID) (*flow.File, error)
	Decline(ctx context.Context, a identity.Actor, id casework.ID, reason string) error
	Hinder(ctx context.Context, a identity.Actor, id casework.ID, reason string) error
	Amend(ctx context.Context, a identity.Actor, id casework.ID) (draftID string, err error)
}

// Logins is how a citizen shows who he or she is.
type Logins interface {
	Logins() eid.Offers
	BeginLogin(ctx context.Context, provider string, client flow.Client) (flow.Started, error)
	PollLogin(ctx context.Context, o flow.Started) (identity.Citizen, eid.Status, error)
	CancelLogin(ctx context.Context, o flow.Started) error
	Code(o flow.Started) string
	EID(id string) (eid.Offer, bool)
	TakeAnswer(ctx context.Context, provider, relay string, posted url.Values) (ticket string, err error)
	CameBack(ctx context.Context, o flow.Started, ticket string) (flow.Started, error)
}

// Flow is all of it.
type Flow interface {
	Services
	Drafts
	Open
	Links
	Cases
	Signing
	Logins
}

// Deps is what the pages are built of. All are needed but Simulators and Limits.
type Deps struct {
	Kit       *httpkit.Kit
	UI        *ui.UI
	Renderer  *renderer.Renderer
	Flow      Flow
	Directory *directory.Directory
	Clock     clock.Clock
	// QR draws a code that the e-legitimation's app reads, as SVG.
	QR func(text string) ([]byte, error)
	// Verify checks a file that somebody has got from an e-service: a case PDF or an evidence bundle. fault.Invalid with a proof.Unusable
	// in its chain when there is nothing to check.
	Verify func(file []byte) (proof.Report, error)
	// Metadata makes our SAML metadata, by the e-legitimation's id.
	Metadata map[string]func() ([]byte, error)
	// BaseURL is our own address as the e-legitimation's app returns to it, without a trailing slash.
	BaseURL string
	// StaffBack is where an officer's browser goes on that came back from a provider of e-legitimation; "" where no officers sign.
	StaffBack string
	// Simulators is the address of the simulators in the demo.
	Simulators string
}

// site is the pages with what they share.
type site struct {
	Deps
	pages pages
	fill  *fillkit.Kit
	eid   *eidkit.Kit
	area  *httpkit.Site
	// checking is held while somebody's file is checked: one at a time.
	checking chan struct{}
}

// Register puts the citizens' routes into the kit's table. The error is a template's: a mistake in the program.
func Register(d Deps) error {
	s := &site{Deps: d, checking: make(chan struct{}, 1), eid: &eidkit.Kit{Flow: d.Flow, Log: d.Kit.Log, QR: d.QR, BaseURL: d.BaseURL}}
	if err := s.parse(); err != nil {
		return err
	}
	var err error
	if s.fill, err = fillkit.New(d.UI, d.Renderer, s.frame); err != nil {
		return err
	}
	s.area = &httpkit.Site{Kind: httpkit.CitizenSession, Login: s.needLogin, Stale: s.stale, ErrorPage: s.errorPage}
	d.Kit.Add(s.area, s.routes()...)
	return nil
}
