package web

import (
	"net/http"
	"time"

	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
)

// Limits on what somebody can do without login. A school class or a library behind one address gets through; a machine does not.
var (
	openStartLimit = &httpkit.Limit{Name: "open-start", PerAddress: httpkit.Rate{Every: 5 * time.Second, Burst: 40},
		PerSession: httpkit.Rate{Every: 30 * time.Second, Burst: 6}}
	openSaveLimit = &httpkit.Limit{Name: "open-save", PerAddress: httpkit.Rate{Every: 200 * time.Millisecond, Burst: 300},
		PerSession: httpkit.Rate{Every: time.Second, Burst: 60}}
	linkLimit = &httpkit.Limit{Name: "link", PerAddress: httpkit.Rate{Every: time.Minute, Burst: 20},
		PerSession: httpkit.Rate{Every: time.Minute, Burst: 5}}
	codeLimit = &httpkit.Limit{Name: "code", PerAddress: httpkit.Rate{Every: 10 * time.Second, Burst: 30},
		PerSession: httpkit.Rate{Every: 10 * time.Second, Burst: 10}}
)

// verifyLimit bounds how often a file may be checked: each lies in memory meanwhile.
var verifyLimit = &httpkit.Limit{Name: "verify", PerAddress: httpkit.Rate{Every: 5 * time.Second, Burst: 10},
	PerSession: httpkit.Rate{Every: 5 * time.Second, Burst: 5}}

func (s *site) routes() []httpkit.Route {
	const get, post = http.MethodGet, http.MethodPost
	everybody, citizen := httpkit.Public, httpkit.Citizen
	return []httpkit.Route{
		{Method: get, Path: "/", Who: everybody, Handle: s.start},
		{Method: get, Path: "/tillganglighet", Who: everybody, Handle: s.statements},
		{Method: get, Path: "/personuppgifter", Who: everybody, Handle: s.privacies},
		{Method: get, Path: verifyURL, Who: everybody, Handle: s.verifyPage},
		{Method: post, Path: verifyURL, Who: everybody, Handle: s.verify, Files: true, Limit: verifyLimit},
		{Method: get, Path: "/:tenant", Who: everybody, Handle: s.catalogue},
		{Method: get, Path: "/:tenant/tillganglighet", Who: everybody, Handle: s.statement},
		{Method: get, Path: "/:tenant/personuppgifter", Who: everybody, Handle: s.privacy},
		{Method: get, Path: "/:tenant/tjanster/:form", Who: everybody, Handle: s.overview},
		{Method: get, Path: "/:tenant/tjanster/:form/starta", Who: citizen, Handle: s.beforeStart},
		{Method: post, Path: "/:tenant/tjanster/:form/starta", Who: citizen, Handle: s.startDraft},

		{Method: get, Path: "/logga-in", Who: everybody, Handle: s.loginPage},
		{Method: post, Path: "/logga-in", Who: everybody, Handle: s.beginLogin, Limit: eidkit.StartLimit},
		{Method: get, Path: "/logga-in/vanta", Who: everybody, Handle: s.loginWait, Quiet: true},
		{Method: post, Path: "/logga-in/vanta", Who: everybody, Handle: s.pollLogin, Limit: eidkit.PollLimit, Quiet: true},
		{Method: get, Path: "/logga-in/qr", Who: everybody, Handle: s.loginQR, Limit: eidkit.CodeLimit, Quiet: true},
		{Method: get, Path: "/logga-in/lage", Who: everybody, Handle: s.loginStatus, Limit: eidkit.PollLimit, Quiet: true},
		{Method: get, Path: "/logga-in/retur", Who: everybody, Handle: s.loginReturn},
		{Method: post, Path: "/logga-in/avbryt", Who: everybody, Handle: s.cancelLogin},
		{Method: get, Path: answerURL + "/:provider", Who: everybody, Handle: s.takeAnswer, Limit: eidkit.AnswerLimit, Foreign: true},
		{Method: post, Path: answerURL + "/:provider", Who: everybody, Handle: s.takeAnswer, Limit: eidkit.AnswerLimit, Foreign: true},
		{Method: get, Path: backURL, Who: everybody, Handle: s.cameBack, Limit: eidkit.PollLimit},
		{Method: get, Path: metadataURL + "/:provider", Who: everybody, Handle: s.metadata},
		{Method: get, Path: "/fortsatt", Who: citizen, Handle: s.resume},
		{Method: post, Path: "/logga-ut", Who: everybody, Handle: s.logout},
		{Method: post, Path: "/forlang", Who: citizen, Handle: s.extend},

		{Method: get, Path: "/mina-sidor", Who: citizen, Handle: s.mine},
		{Method: get, Path: "/mina-sidor/kontakt", Who: citizen, Handle: s.contactPage},
		{Method: post, Path: "/mina-sidor/kontakt", Who: citizen, Handle: s.saveContact},

		{Method: get, Path: "/ansokan/:draft", Who: citizen, Handle: s.openDraft},
		{Method: get, Path: "/ansokan/:draft/kontrollera", Who: citizen, Handle: s.check},
		{Method: post, Path: "/ansokan/:draft/kontrollera", Who: citizen, Handle: s.submit},
		{Method: get, Path: "/ansokan/:draft" + remadeURL, Who: citizen, Handle: s.remade},
		{Method: get, Path: "/ansokan/:draft/kasta", Who: citizen, Handle: s.discardPage},
		{Method: post, Path: "/ansokan/:draft/kasta", Who: citizen, Handle: s.discard},
		{Method: get, Path: "/ansokan/:draft/fil/:file", Who: citizen, Handle: s.draftFile},
		{Method: get, Path: "/ansokan/:draft/:page", Who: citizen, Handle: s.draftPage},
		{Method: post, Path: "/ansokan/:draft/:page", Who: citizen, Handle: s.saveDraft, Files: true, Hold: true},

		{Method: get, Path: "/ansokan/:draft/paminnelse", Who: citizen, Handle: s.orderPage},
		{Method: post, Path: "/ansokan/:draft/paminnelse", Who: citizen, Handle: s.order, Limit: linkLimit},

		// Without login: whose a draft or receipt is says the browser's own cookie, and the use case asks.
		{Method: get, Path: "/:tenant/tjanster/:form/utan-inloggning", Who: everybody, Handle: s.beforeOpen},
		{Method: post, Path: "/:tenant/tjanster/:form/utan-inloggning", Who: everybody, Handle: s.startOpen, Limit: openStartLimit},
		{Method: get, Path: openURL + "/:draft", Who: everybody, Handle: s.openDraft},
		{Method: get, Path: openURL + "/:draft/kontrollera", Who: everybody, Handle: s.check},
		{Method: post, Path: openURL + "/:draft/kontrollera", Who: everybody, Handle: s.submit, Limit: openStartLimit},
		{Method: get, Path: openURL + "/:draft" + remadeURL, Who: everybody, Handle: s.remade},
		{Method: get, Path: openURL + "/:draft/kasta", Who: everybody, Handle: s.discardPage},
		{Method: post, Path: openURL + "/:draft/kasta", Who: everybody, Handle: s.discard},
		{Method: get, Path: openURL + "/:draft/lank", Who: everybody, Handle: s.orderPage},
		{Method: post, Path: openURL + "/:draft/lank", Who: everybody, Handle: s.order, Limit: linkLimit},
		{Method: get, Path: openURL + "/:draft/fil/:file", Who: everybody, Handle: s.draftFile},
		{Method: get, Path: openURL + "/:draft/:page", Who: everybody, Handle: s.draftPage},
		{Method: post, Path: openURL + "/:draft/:page", Who: everybody, Handle: s.saveDraft, Files: true, Limit: openSaveLimit},
		{Method: get, Path: linkRoute, Who: everybody, Handle: s.linkPage},
		{Method: post, Path: linkRoute, Who: everybody, Handle: s.redeem, Limit: codeLimit},
		{Method: get, Path: "/kvitto/:case", Who: everybody, Handle: s.receipt},
		{Method: get, Path: "/kvitto/:case/kvitto", Who: everybody, Handle: s.openReceiptPDF},
		{Method: get, Path: "/kvitto/:case/kopia", Who: everybody, Handle: s.openCopyPDF},
		{Method: post, Path: "/glom", Who: everybody, Handle: s.forget},

		{Method: get, Path: "/arende/:case", Who: citizen, Handle: s.casePage},
		{Method: get, Path: "/arende/:case/kvitto", Who: citizen, Handle: s.receiptPDF},
		{Method: get, Path: "/arende/:case/kopia", Who: citizen, Handle: s.copyPDF},
		{Method: get, Path: "/arende/:case/beslut", Who: citizen, Handle: s.decisionPDF},
		{Method: get, Path: "/arende/:case/utlamnat", Who: citizen, Handle: s.handoutPDF},
		{Method: get, Path: "/arende/:case/utlamnat/:file", Who: citizen, Handle: s.handoutFile},
		{Method: get, Path: "/arende/:case/bilaga/:file", Who: citizen, Handle: s.attachment},
		{Method: post, Path: "/arende/:case/syskon", Who: citizen, Handle: s.sibling},
		{Method: get, Path: "/arende/:case/aterkalla", Who: citizen, Handle: s.withdrawPage},
		{Method: post, Path: "/arende/:case/aterkalla", Who: citizen, Handle: s.withdraw},

		{Method: get, Path: "/arende/:case/egna-uppgifter", Who: citizen, Handle: s.openOwn},
		{Method: get, Path: "/arende/:case/egna-uppgifter/:page", Who: citizen, Handle: s.ownPage},
		{Method: post, Path: "/arende/:case/egna-uppgifter/:page", Who: citizen, Handle: s.saveOwn, Files: true, Hold: true},

		{Method: get, Path: "/arende/:case/underskrift", Who: citizen, Handle: s.signPage},
		{Method: post, Path: "/arende/:case/underskrift", Who: citizen, Handle: s.startSigning, Limit: eidkit.StartLimit},
		{Method: get, Path: "/arende/:case/underskrift/vanta", Who: citizen, Handle: s.signWait, Quiet: true},
		{Method: post, Path: "/arende/:case/underskrift/vanta", Who: citizen, Handle: s.pollSigning, Limit: eidkit.PollLimit},
		{Method: get, Path: "/arende/:case/underskrift/qr", Who: citizen, Handle: s.signQR, Limit: eidkit.CodeLimit, Quiet: true},
		{Method: get, Path: "/arende/:case/underskrift/lage", Who: citizen, Handle: s.signStatus, Limit: eidkit.PollLimit},
		{Method: get, Path: "/arende/:case/underskrift/retur", Who: citizen, Handle: s.signReturn},
		{Method: post, Path: "/arende/:case/underskrift/avbryt", Who: citizen, Handle: s.cancelSigning},
		{Method: get, Path: "/arende/:case/underskrift/del/:part", Who: citizen, Handle: s.signedPart},
		{Method: get, Path: "/arende/:case/underskrift/bevis", Who: citizen, Handle: s.ownEvidence},
		{Method: get, Path: "/arende/:case/kan-inte", Who: citizen, Handle: s.notSigningPage},
		{Method: post, Path: "/arende/:case/kan-inte", Who: citizen, Handle: s.notSigning},
		{Method: get, Path: "/arende/:case/andra", Who: citizen, Handle: s.amendPage},
		{Method: post, Path: "/arende/:case/andra", Who: citizen, Handle: s.amend},
	}
}
