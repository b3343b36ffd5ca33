package sim

import (
	"crypto/tls"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"

	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/company/bolagsverketsim"
	"samtjanst/integrations/dispatch/dispatchsim"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/oidcsim"
	"samtjanst/integrations/handover/handoversim"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/integrations/property/lantmaterietsim"
	"samtjanst/integrations/sim/pki"
	"samtjanst/integrations/sim/shell"
	"samtjanst/integrations/timestamp/tsasim"
)

// Facts that both sides of a connection know.
const (
	organisation = "162021004748" // Skatteverket's test municipality (facts 3.1)
	order        = "00000236-FO01-0002"
	staffClient  = "samtjanst"
	mailUser     = "samtjanst"
)

// build makes the simulators, joins each with its listener, and writes down how to reach it.
func (h *Hub) build(r *Running, l listeners, secret secrets) error {
	dir := h.options.Dir
	base := "http://" + net.JoinHostPort(h.host, port(l.pages))
	ca, err := pki.Open(filepath.Join(dir, "tls"))
	if err != nil {
		return err
	}
	errorLog := slog.NewLogLogger(h.options.Log.Handler(), slog.LevelDebug)
	r.Endpoints = Endpoints{URL: base}
	for _, step := range []func() error{
		func() error { return h.bankID(r, l.bankID, base, errorLog) },
		func() error { return h.freja(r, l.freja, base, errorLog) },
		func() error { return h.visited(r, base) },
		func() error { return h.stamps(r, base) },
		func() error { return h.navet(r, l.navet, ca, secret, errorLog) },
		func() error { return h.company(r, base, secret) },
		func() error { return h.property(r, base, secret) },
		func() error { return h.mail(r, l.mail, ca, secret) },
		func() error { return h.sms(r, base, secret) },
		func() error { return h.staff(r, base, secret) },
		func() error { return h.handover(r, base, secret) },
		func() error { return h.dispatch(r, base, secret) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	r.serve(l.pages, &http.Server{Handler: h.pages(r), ErrorLog: errorLog})
	return nil
}

func port(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }

func (h *Hub) bankID(r *Running, l net.Listener, base string, errorLog *log.Logger) error {
	var people []bankidsim.Persona
	for _, p := range h.legitimated() {
		people = append(people, bankidsim.Persona{Number: p.number, GivenName: p.given, Surname: p.surname})
	}
	s, err := bankidsim.New(bankidsim.Options{Dir: filepath.Join(h.options.Dir, "bankid"), Personas: people, Clock: h.options.Clock})
	if err != nil {
		return err
	}
	conf, err := s.TLS()
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	r.BankID = s
	f := s.Files()
	r.Endpoints.BankID = bankid.Config{URL: "https://" + net.JoinHostPort(h.host, port(l)) + "/rp/v6.0", Certificate: f.Certificate, Key: f.Key,
		ServerRoots: f.ServerRoots, Roots: f.Roots, StartURL: base + "/bankid/start", DesktopURL: base + "/bankid/start"}
	r.serve(l, &http.Server{Handler: s.APIHandler(), TLSConfig: conf, ErrorLog: errorLog})
	return nil
}

func (h *Hub) navet(r *Running, l net.Listener, ca *pki.Authority, secret secrets, errorLog *log.Logger) error {
	cert, key, roots, err := ca.ClientFiles("navet-client")
	if err != nil {
		return err
	}
	conf, err := ca.MutualTLS()
	if err != nil {
		return err
	}
	base := "https://" + net.JoinHostPort(h.host, port(l))
	c := navet.Config{BaseURL: base, TokenURL: base + navetsim.TokenPath, TokenID: "samtjanst", TokenSecret: secret.NavetTokenSecret,
		GatewayID: "samtjanst-gateway", GatewaySecret: secret.NavetGatewaySecret, Organisation: organisation, Order: order,
		CertFile: cert, KeyFile: key, RootsFile: roots, PerSecond: h.options.RegisterCalls}
	r.Navet = navetsim.New(navetsim.Options{Clock: h.options.Clock, TokenID: c.TokenID, TokenSecret: c.TokenSecret, GatewayID: c.GatewayID,
		GatewaySecret: c.GatewaySecret, Organisation: c.Organisation, Order: c.Order,
		Personas: h.options.People, PerSecond: h.options.RegisterCalls})
	r.Endpoints.Navet = c
	r.serve(l, &http.Server{Handler: r.Navet.API(), TLSConfig: conf, ErrorLog: errorLog})
	return nil
}

func (h *Hub) company(r *Running, base string, secret secrets) error {
	c := bolagsverket.Config{BaseURL: base + bolagsverketsim.BasePath, TokenURL: base + bolagsverketsim.TokenPath, ClientID: "samtjanst",
		ClientSecret: secret.CompanySecret}
	r.Company = bolagsverketsim.New(bolagsverketsim.Options{Clock: h.options.Clock, ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	r.Endpoints.Company = c
	return nil
}

func (h *Hub) property(r *Running, base string, secret secrets) error {
	c := lantmateriet.Config{AddressURL: base + lantmaterietsim.AddressPath, DesignationURL: base + lantmaterietsim.DesignationPath,
		TokenURL: base + lantmaterietsim.TokenPath, ClientID: "samtjanst", ClientSecret: secret.PropertySecret}
	r.Property = lantmaterietsim.New(lantmaterietsim.Options{Clock: h.options.Clock, ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	r.Endpoints.Property = c
	return nil
}

func (h *Hub) mail(r *Running, l net.Listener, ca *pki.Authority, secret secrets) error {
	cert, err := ca.Server()
	if err != nil {
		return err
	}
	s, err := mailsim.New(mailsim.Options{Clock: h.options.Clock, Username: mailUser, Password: secret.MailPassword,
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, Path: filepath.Join(h.options.Dir, "mail.jsonl")})
	if err != nil {
		return err
	}
	r.Mail = s
	r.Endpoints.SMTP = smtp.Config{Host: h.host, Port: l.Addr().(*net.TCPAddr).Port, TLS: smtp.StartTLS, RootsFile: ca.RootFile(),
		Username: mailUser, Password: secret.MailPassword, From: "noreply@example.se"}
	r.run(func() error { return s.Serve(l) })
	return nil
}

func (h *Hub) sms(r *Running, base string, secret secrets) error {
	s, err := smssim.New(smssim.Options{Clock: h.options.Clock, Token: secret.SMSToken, Path: filepath.Join(h.options.Dir, "sms.jsonl")})
	if err != nil {
		return err
	}
	r.SMS = s
	r.Endpoints.SMS = smshttp.Config{URL: base + smssim.GatewayPath, Token: secret.SMSToken}
	return nil
}

func (h *Hub) staff(r *Running, base string, secret secrets) error {
	var tenants []oidcsim.Tenant
	for _, o := range h.options.Organisations {
		tenants = append(tenants, oidcsim.Tenant{ID: o.ID, Name: o.Name, ClientID: staffClient, ClientSecret: secret.Staff[o.ID]})
	}
	s, err := oidcsim.New(oidcsim.Options{Clock: h.options.Clock, BaseURL: base, Tenants: tenants, Staff: h.options.Staff, AnyLoopback: true})
	if err != nil {
		return err
	}
	r.Staff = s
	r.Endpoints.Staff = map[string]oidc.Config{}
	for _, t := range tenants {
		r.Endpoints.Staff[t.ID] = oidc.Config{Issuer: s.Issuer(t.ID), ClientID: t.ClientID, ClientSecret: t.ClientSecret,
			ACR: []string{oidcsim.ACRSecondFactor}}
	}
	return nil
}

func (h *Hub) handover(r *Running, base string, secret secrets) error {
	folder := filepath.Join(h.options.Dir, "ridelists")
	s, err := handoversim.New(handoversim.Options{Clock: h.options.Clock, Path: filepath.Join(h.options.Dir, "handover.jsonl"), RideLists: folder,
		Receivers: []handoversim.Receiver{
			{ID: TransportTarget, Name: "Provtrafik AB, trafikföretaget", Secret: secret.HookTransport},
			{ID: SchoolTarget, Name: "Skolsystemet", Secret: secret.HookSchool},
		}})
	if err != nil {
		return err
	}
	r.Handover = s
	r.Endpoints.RideLists = folder
	r.Endpoints.Webhooks = map[string]webhook.Config{
		TransportTarget: {URL: base + handoversim.HookPath + TransportTarget, Secret: secret.HookTransport},
		SchoolTarget:    {URL: base + handoversim.HookPath + SchoolTarget, Secret: secret.HookSchool},
	}
	return nil
}

// pages is everything on the hub's HTTP port.
func (h *Hub) pages(r *Running) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.start)
	mux.HandleFunc("GET "+shell.StylePath, shell.Style)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("/bankid/", r.BankID.PhoneHandler())
	mux.Handle("/freja/", r.Freja.PhoneHandler())
	mux.Handle("/saml/", r.SAML.Handler())
	mux.Handle("/signservice/", r.Signing.Handler())
	mux.Handle("/tsa/", r.Stamps.Pages())
	mux.Handle(tsasim.QueryPath, r.Stamps.API())
	mux.Handle("/navet/", r.Navet.Pages())
	mux.Handle("/bolagsverket/", r.Company.Pages())
	mux.Handle(bolagsverketsim.TokenPath, r.Company.API())
	mux.Handle(bolagsverketsim.BasePath+"/", r.Company.API())
	mux.Handle("/lantmateriet/", r.Property.Pages())
	for _, path := range []string{lantmaterietsim.TokenPath, lantmaterietsim.AddressPath + "/", lantmaterietsim.DesignationPath + "/"} {
		mux.Handle(path, r.Property.API())
	}
	mux.Handle("/mail/", r.Mail.Pages())
	mux.Handle("/sms/", r.SMS.Pages())
	mux.Handle(smssim.GatewayPath, r.SMS.API())
	mux.Handle("/oidc/", r.Staff.Handler())
	mux.Handle("/transport/", r.Handover.Pages())
	mux.Handle("/sdk/", r.Dispatch.Pages())
	mux.Handle(dispatchsim.Path+"/", r.Dispatch.API())
	mux.Handle(handoversim.HookPath, r.Handover.API())
	return mux
}
