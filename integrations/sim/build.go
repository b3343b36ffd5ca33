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
)

// Facts that both sides of a connection know.
const (
	organisation = "162021004748" // Skatteverket's test municipality (facts 3.1)
	order        = "00000236-FO01-0002"
	staffClient  = "samtjanst"
	mailUser     = "samtjanst"
)

// builder makes the simulators. Each has one method, which makes it with what both sides know, joins it with where it is reached, writes down
// how the platform's client does that, and says how it is told of on the start page and what has to be closed.
type builder struct {
	*Hub
	*Running
	listeners
	base     string // of the pages
	ca       *pki.Authority
	secrets  *secrets
	errorLog *log.Logger
	mux      *http.ServeMux // of the pages
	cards    []card
}

// build makes all simulators.
func (h *Hub) build(r *Running, l listeners, known *secrets) error {
	ca, err := pki.Open(filepath.Join(h.options.Dir, "tls"))
	if err != nil {
		return err
	}
	b := &builder{Hub: h, Running: r, listeners: l, base: "http://" + net.JoinHostPort(h.host, port(l.pages)), ca: ca, secrets: known,
		errorLog: slog.NewLogLogger(h.options.Log.Handler(), slog.LevelDebug), mux: http.NewServeMux()}
	r.Endpoints = Endpoints{URL: b.base}
	for _, one := range []func() error{b.bankIDs, b.frejas, b.visited, b.stamps, b.population, b.companies, b.properties, b.mails, b.texts, b.logins,
		b.authorities, b.receivers} {
		if err := one(); err != nil {
			return err
		}
	}
	b.mux.HandleFunc("GET /{$}", b.start)
	b.mux.HandleFunc("GET "+shell.StylePath, shell.Style)
	b.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.serve(l.pages, &http.Server{Handler: b.mux, ErrorLog: b.errorLog})
	return known.save()
}

// handle serves paths on the hub's HTTP port.
func (b *builder) handle(h http.Handler, paths ...string) {
	for _, p := range paths {
		b.mux.Handle(p, h)
	}
}

// tell puts a simulator on the start page.
func (b *builder) tell(path, title, text string) { b.cards = append(b.cards, card{path, title, text}) }

// onClose has something closed when the simulators stop.
func (b *builder) onClose(f func() error) { b.closers = append(b.closers, f) }

// kept is a place in the hub's directory.
func (b *builder) kept(name string) string { return filepath.Join(b.options.Dir, name) }

func port(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }

func (b *builder) bankIDs() error {
	var people []bankidsim.Persona
	for _, p := range b.legitimated() {
		people = append(people, bankidsim.Persona{Number: p.number, GivenName: p.given, Surname: p.surname})
	}
	s, err := bankidsim.New(bankidsim.Options{Dir: b.kept("bankid"), Personas: people, Clock: b.options.Clock})
	if err != nil {
		return err
	}
	conf, err := s.TLS()
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	b.BankID = s
	f := s.Files()
	b.Endpoints.BankID = bankid.Config{URL: "https://" + net.JoinHostPort(b.host, port(b.bankID)) + "/rp/v6.0", Certificate: f.Certificate, Key: f.Key,
		ServerRoots: f.ServerRoots, Roots: f.Roots, StartURL: b.base + "/bankid/start", DesktopURL: b.base + "/bankid/start"}
	b.serve(b.bankID, &http.Server{Handler: s.APIHandler(), TLSConfig: conf, ErrorLog: b.errorLog})
	b.handle(s.PhoneHandler(), "/bankid/")
	b.tell("/bankid/", "E-legitimationen", "En telefon för varje person: legitimera, skriv under, avbryt.")
	return nil
}

func (b *builder) population() error {
	cert, key, roots, err := b.ca.ClientFiles("navet-client")
	if err != nil {
		return err
	}
	conf, err := b.ca.MutualTLS()
	if err != nil {
		return err
	}
	base := "https://" + net.JoinHostPort(b.host, port(b.navet))
	c := navet.Config{BaseURL: base, TokenURL: base + navetsim.TokenPath, TokenID: "samtjanst", TokenSecret: b.secrets.of("navetTokenSecret"),
		GatewayID: "samtjanst-gateway", GatewaySecret: b.secrets.of("navetGatewaySecret"), Organisation: organisation, Order: order,
		CertFile: cert, KeyFile: key, RootsFile: roots, PerSecond: b.options.RegisterCalls}
	b.Navet = navetsim.New(navetsim.Options{Clock: b.options.Clock, TokenID: c.TokenID, TokenSecret: c.TokenSecret, GatewayID: c.GatewayID,
		GatewaySecret: c.GatewaySecret, Organisation: c.Organisation, Order: c.Order,
		Personas: b.options.People, PerSecond: b.options.RegisterCalls})
	b.Endpoints.Navet = c
	b.serve(b.navet, &http.Server{Handler: b.Navet.API(), TLSConfig: conf, ErrorLog: b.errorLog})
	b.handle(b.Navet.Pages(), "/navet/")
	b.tell("/navet/", "Folkbokföringen", "Vad Navet svarar. Ändra vårdnad och skydd, eller låt registret krångla.")
	return nil
}

func (b *builder) companies() error {
	c := bolagsverket.Config{BaseURL: b.base + bolagsverketsim.BasePath, TokenURL: b.base + bolagsverketsim.TokenPath, ClientID: "samtjanst",
		ClientSecret: b.secrets.of("companySecret")}
	b.Company = bolagsverketsim.New(bolagsverketsim.Options{Clock: b.options.Clock, ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	b.Endpoints.Company = c
	b.handle(b.Company.Pages(), "/bolagsverket/")
	b.handle(b.Company.API(), bolagsverketsim.TokenPath, bolagsverketsim.BasePath+"/")
	b.tell("/bolagsverket/", "Företagsregistret", "Vad Bolagsverket svarar. Försätt ett företag i konkurs, eller låt registret krångla.")
	return nil
}

func (b *builder) properties() error {
	c := lantmateriet.Config{AddressURL: b.base + lantmaterietsim.AddressPath, DesignationURL: b.base + lantmaterietsim.DesignationPath,
		TokenURL: b.base + lantmaterietsim.TokenPath, ClientID: "samtjanst", ClientSecret: b.secrets.of("propertySecret")}
	b.Property = lantmaterietsim.New(lantmaterietsim.Options{Clock: b.options.Clock, ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	b.Endpoints.Property = c
	b.handle(b.Property.Pages(), "/lantmateriet/")
	b.handle(b.Property.API(), lantmaterietsim.TokenPath, lantmaterietsim.AddressPath+"/", lantmaterietsim.DesignationPath+"/")
	b.tell("/lantmateriet/", "Adresserna och fastigheterna", "Vad Lantmäteriet svarar. Sök på en adress som finns två gånger, eller låt registret krångla.")
	return nil
}

func (b *builder) mails() error {
	cert, err := b.ca.Server()
	if err != nil {
		return err
	}
	password := b.secrets.of("mailPassword")
	s, err := mailsim.New(mailsim.Options{Clock: b.options.Clock, Username: mailUser, Password: password,
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, Path: b.kept("mail.jsonl")})
	if err != nil {
		return err
	}
	b.Mail = s
	b.onClose(s.Close)
	b.Endpoints.SMTP = smtp.Config{Host: b.host, Port: b.mail.Addr().(*net.TCPAddr).Port, TLS: smtp.StartTLS, RootsFile: b.ca.RootFile(),
		Username: mailUser, Password: password, From: "noreply@example.se"}
	b.run(func() error { return s.Serve(b.mail) })
	b.handle(s.Pages(), "/mail/")
	b.tell("/mail/", "Brevlådan", "All e-post som skickas, till alla.")
	return nil
}

func (b *builder) texts() error {
	token := b.secrets.of("smsToken")
	s, err := smssim.New(smssim.Options{Clock: b.options.Clock, Token: token, Path: b.kept("sms.jsonl")})
	if err != nil {
		return err
	}
	b.SMS = s
	b.onClose(s.Close)
	b.Endpoints.SMS = smshttp.Config{URL: b.base + smssim.GatewayPath, Token: token}
	b.handle(s.Pages(), "/sms/")
	b.handle(s.API(), smssim.GatewayPath)
	b.tell("/sms/", "Sms-inkorgen", "Alla sms som skickas, till alla.")
	return nil
}

func (b *builder) logins() error {
	var tenants []oidcsim.Tenant
	for _, o := range b.options.Organisations {
		tenants = append(tenants, oidcsim.Tenant{ID: o.ID, Name: o.Name, ClientID: staffClient, ClientSecret: b.secrets.of("staff." + o.ID)})
	}
	s, err := oidcsim.New(oidcsim.Options{Clock: b.options.Clock, BaseURL: b.base, Tenants: tenants, Staff: b.options.Staff, AnyLoopback: true})
	if err != nil {
		return err
	}
	b.Staff = s
	b.Endpoints.Staff = map[string]oidc.Config{}
	for _, t := range tenants {
		b.Endpoints.Staff[t.ID] = oidc.Config{Issuer: s.Issuer(t.ID), ClientID: t.ClientID, ClientSecret: t.ClientSecret,
			ACR: []string{oidcsim.ACRSecondFactor}}
	}
	b.handle(s.Handler(), "/oidc/")
	b.tell("/oidc/", "Inloggning för personal", "Kommunernas egna inloggningar, med engångskod.")
	return nil
}

func (b *builder) receivers() error {
	folder, transport, school := b.kept("ridelists"), b.secrets.of("hookTransport"), b.secrets.of("hookSchool")
	s, err := handoversim.New(handoversim.Options{Clock: b.options.Clock, Path: b.kept("handover.jsonl"), RideLists: folder,
		Receivers: []handoversim.Receiver{
			{ID: TransportTarget, Name: "Provtrafik AB, trafikföretaget", Secret: transport},
			{ID: SchoolTarget, Name: "Skolsystemet", Secret: school},
		}})
	if err != nil {
		return err
	}
	b.Handover = s
	b.onClose(s.Close)
	b.Endpoints.RideLists = folder
	b.Endpoints.Webhooks = map[string]webhook.Config{
		TransportTarget: {URL: b.base + handoversim.HookPath + TransportTarget, Secret: transport},
		SchoolTarget:    {URL: b.base + handoversim.HookPath + SchoolTarget, Secret: school},
	}
	b.handle(s.Pages(), "/transport/")
	b.handle(s.API(), handoversim.HookPath)
	b.tell("/transport/", "Trafikföretaget och skolan", "Det som lämnas över, och turlistan som kommer tillbaka.")
	return nil
}
