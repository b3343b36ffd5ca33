// Package server is the composition root: it puts store, keys, forms, integrations, use cases and pages together as the configuration
// says, and has the commands of the program. Everything that is plugged in is listed here; nothing registers itself.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"samtjanst/admin"
	"samtjanst/admin/builder"
	"samtjanst/admin/byhand"
	"samtjanst/admin/caseload"
	"samtjanst/admin/insights"
	adminpeople "samtjanst/admin/people"
	"samtjanst/admin/prepare"
	"samtjanst/forms/library"
	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/files"
	"samtjanst/platform/files/clamd"
	"samtjanst/platform/files/dir"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/outbox"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/store"
	"samtjanst/platform/store/mongostore"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
	"samtjanst/platform/vault"
	"samtjanst/platform/web"
	"samtjanst/renderer"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Options are what a test or the demo gives beside the configuration.
type Options struct {
	Clock          clock.Clock  // nil: the machine's
	Log            *slog.Logger // nil: to standard error
	Municipalities fs.FS        // nil: the configured folder
	Simulators     string       // address of the simulators' pages, "" in production
	OutboxEvery    time.Duration
	Still          bool        // nothing runs by itself: a test runs effects and sweeps
	Store          store.Store // nil: the configured one
}

// Server is a platform that is put together and runs its outbox.
type Server struct {
	App   *httpkit.App
	Kit   *httpkit.Kit
	Flow  *flow.Service
	Store store.Store
	Sync  *flow.PeopleSync

	check   func(file []byte) (proof.Report, error) // of files with signatures
	eids    legitimations
	seals   seals
	outbox  *outbox.Outbox
	closers []func() error
	stop    context.CancelFunc
	jobs    sync.WaitGroup
}

// New puts the platform together and starts its outbox. The error is one line that says what is wrong and where.
func New(ctx context.Context, cfg config.Config, o Options) (s *Server, err error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s = &Server{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return s, fmt.Errorf("data: %w", err)
	}
	if s.Store, err = openStore(ctx, cfg, o); err != nil {
		return s, err
	}
	s.closers = append(s.closers, s.Store.Close)
	dirs, err := loadDirectory(cfg, o)
	if err != nil {
		return s, err
	}
	texts, err := i18n.Embedded()
	if err != nil {
		return s, err
	}
	if s.Flow, err = s.flow(ctx, cfg, o, dirs, texts); err != nil {
		return s, err
	}
	if err := s.pages(ctx, cfg, o, dirs, texts); err != nil {
		return s, err
	}
	if o.Still {
		return s, nil
	}
	if _, alone := s.Store.(*sqlitestore.Store); alone {
		if err := s.Flow.TakeOver(ctx); err != nil {
			return s, err
		}
	}
	s.outbox = outbox.New(s.Flow, outbox.Options{Every: o.OutboxEvery, Log: o.Log})
	s.Flow.Wake = s.outbox.Wake
	if err := s.outbox.Start(); err != nil {
		return s, err
	}
	return s, s.background(cfg, o, dirs)
}

func openStore(ctx context.Context, cfg config.Config, o Options) (store.Store, error) {
	switch {
	case o.Store != nil:
		return o.Store, nil
	case cfg.Store == "":
		return sqlitestore.Open(filepath.Join(cfg.Data, "samtjanst.db"))
	}
	return mongostore.Open(ctx, cfg.Store)
}

func loadDirectory(cfg config.Config, o Options) (*directory.Directory, error) {
	fsys, folder := o.Municipalities, "municipalities"
	if fsys == nil {
		fsys, folder = os.DirFS(cfg.Municipalities), "."
	}
	d, err := directory.Load(fsys, folder)
	if err != nil {
		return nil, fmt.Errorf("municipalities in %s: %w", cmp.Or(cfg.Municipalities, "the demo"), err)
	}
	return d, nil
}

// flow puts the use cases together.
func (s *Server) flow(ctx context.Context, cfg config.Config, o Options, dirs *directory.Directory, texts *i18n.Catalog) (*flow.Service, error) {
	keyFile := cfg.MasterKey
	if keyFile == "" {
		keyFile = filepath.Join(cfg.Data, "keys", "master.json")
	}
	if err := os.MkdirAll(filepath.Dir(keyFile), 0o700); err != nil {
		return nil, fmt.Errorf("masterKey: %w", err)
	}
	keys, err := sealed.OpenKeyring(keyFile, s.Store)
	if err != nil {
		return nil, fmt.Errorf("masterKey: %w", err)
	}
	blobs, err := dir.Open(filepath.Join(cfg.Data, "files"))
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	s.closers = append(s.closers, blobs.Close)
	catalog, err := flow.LoadCatalog(ctx, s.Store, o.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("forms: %w", err)
	}
	box, err := keys.Scope(ctx, "platform")
	if err != nil {
		return nil, fmt.Errorf("masterKey: %w", err)
	}
	l, err := newLegitimations(cfg, s.Store, box, o.Clock)
	if err == nil {
		err = l.within(dirs)
	}
	if err != nil {
		return nil, err
	}
	s.eids = l
	if s.check, err = check(cfg, l.trust); err != nil {
		return nil, err
	}
	register, err := navet.New(cfg.Navet, o.Clock, o.Log)
	if err != nil {
		return nil, fmt.Errorf("navet: %w", err)
	}
	mailer, err := smtp.New(cfg.Mail)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	texter, err := smshttp.New(cfg.SMS)
	if err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	lookups, err := registers(cfg, o)
	if err != nil {
		return nil, err
	}
	themes, err := loadThemes(cfg)
	if err != nil {
		return nil, err
	}
	targets, err := handoverTargets(cfg, o.Clock)
	if err != nil {
		return nil, err
	}
	out, err := outgoing(cfg.Dispatch, dirs)
	if err != nil {
		return nil, err
	}
	if s.seals, err = newSeals(cfg, dirs, o.Clock); err != nil {
		return nil, err
	}
	s.seals.warn(o.Log, o.Clock.Now())
	use := &flow.Service{
		Vault: &vault.Vault{Store: s.Store, Keys: keys, Clock: o.Clock}, Blobs: blobs, Scanner: scanner(cfg.Clamd),
		Limits:  files.Limits{MaxFile: cfg.Uploads.FileMB << 20, MaxTotal: cfg.Uploads.TotalMB << 20, MaxCount: cfg.Uploads.Count},
		Catalog: catalog, Directory: dirs, People: people.NewRegister(dirs, s.Store, keys, o.Clock),
		Register: register, Lookups: lookups, EIDs: l.offers, Mail: mailer, SMS: texter, Targets: targets,
		Seals: s.seals.forFlow(), Outgoing: out,
		Verify: l.trust.verify, Clock: o.Clock, Log: o.Log, Texts: texts, BaseURL: cfg.BaseURL,
		Dress: func(theme string) ([]byte, string) {
			if t, ok := themes[theme]; ok {
				return t.SVG(), t.Accent
			}
			return nil, ""
		},
	}
	formFiles := fs.FS(library.Forms)
	if cfg.Forms != "" {
		formFiles = os.DirFS(cfg.Forms)
	}
	if err := use.PublishFiles(ctx, formFiles, "."); err != nil {
		return nil, fmt.Errorf("forms: %w", err)
	}
	if err := offers(ctx, use, dirs); err != nil {
		return nil, err
	}
	s.meter(use, cfg, o)
	return use, nil
}

// registers are those that people ask from forms, by the names that forms have for them.
func registers(cfg config.Config, o Options) (map[string]flow.Lookup, error) {
	out := map[string]flow.Lookup{}
	if !cfg.Bolagsverket.IsZero() {
		companies, err := bolagsverket.New(cfg.Bolagsverket, o.Clock, o.Log)
		if err != nil {
			return nil, fmt.Errorf("bolagsverket: %w", err)
		}
		out["company"] = flow.CompanyLookup{Register: companies, Name: "Bolagsverket"}
	}
	if !cfg.Lantmateriet.IsZero() {
		land, err := lantmateriet.New(cfg.Lantmateriet, o.Clock, o.Log)
		if err != nil {
			return nil, fmt.Errorf("lantmateriet: %w", err)
		}
		if cfg.Lantmateriet.AddressURL != "" {
			out["address"] = flow.AddressLookup{Register: land, Name: "Lantmäteriet"}
		}
		if cfg.Lantmateriet.DesignationURL != "" {
			out["property"] = flow.PropertyLookup{Register: land, Name: "Lantmäteriet"}
		}
	}
	return out, nil
}

func scanner(address string) files.Scanner {
	switch {
	case address == "":
		return nil
	case strings.HasPrefix(address, "/"):
		return clamd.New("unix", address)
	}
	return clamd.New("tcp", address)
}

func loadThemes(cfg config.Config) (ui.Themes, error) {
	themes, err := ui.ShippedThemes()
	if err == nil && cfg.Themes != "" {
		var own ui.Themes
		if own, err = ui.LoadThemes(os.DirFS(cfg.Themes)); err == nil {
			for id, t := range own {
				themes[id] = t
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("themes: %w", err)
	}
	return themes, nil
}

// pages puts the citizens' and the staff's pages into one application.
func (s *Server) pages(ctx context.Context, cfg config.Config, o Options, dirs *directory.Directory, texts *i18n.Catalog) error {
	bundle, err := assets.Load()
	if err != nil {
		return err
	}
	admin.AddAssets(bundle)
	themes, err := loadThemes(cfg)
	if err != nil {
		return err
	}
	faces, err := ui.New(bundle, texts, themes)
	if err != nil {
		return err
	}
	box, err := s.Flow.Vault.Keys.Scope(ctx, "platform")
	if err != nil {
		return fmt.Errorf("masterKey: %w", err)
	}
	logins, origins, err := s.staffLogins(cfg, o, dirs)
	if err != nil {
		return err
	}
	s.Kit, err = httpkit.New(httpkit.Config{Records: s.Store, Box: box, Clock: o.Clock, Log: o.Log, Texts: texts, Assets: bundle,
		TLS: strings.HasPrefix(cfg.BaseURL, "https://"), FormAction: origins, Proxies: cfg.Proxies, MaxUpload: cfg.Uploads.TotalMB << 20,
		MaxForm: cfg.Posted.KB << 10, MaxKeys: cfg.Posted.Values, Staff: s.Flow.StaffRights})
	if err != nil {
		return err
	}
	limits := renderer.DefaultLimits
	limits.FileBytes, limits.Files = cfg.Uploads.FileMB<<20, cfg.Uploads.Count
	err = web.Register(web.Deps{Kit: s.Kit, UI: faces, Renderer: renderer.New(texts, limits), Flow: s.Flow, Directory: dirs, Clock: o.Clock,
		QR: bankid.QRSVG, Metadata: s.eids.metadata, StaffBack: caseload.BackURL,
		BaseURL: cfg.BaseURL, Simulators: o.Simulators, Verify: s.check})
	if err != nil {
		return err
	}
	site, err := admin.Register(admin.Deps{Kit: s.Kit, UI: faces, Directory: dirs, Logins: logins, Presence: s.Flow, Flow: s.Flow, Log: o.Log, QR: bankid.QRSVG,
		BaseURL: cfg.BaseURL, Simulators: o.Simulators,
		CitizenPages: func(t *directory.Tenant) (string, string, string) {
			return "/" + string(t.ID) + "/tillganglighet", "/" + string(t.ID) + "/personuppgifter", "/" + string(t.ID)
		}})
	if err != nil {
		return err
	}
	if err := caseload.Register(site, caseload.Deps{Flow: s.Flow, Clock: o.Clock, Log: o.Log, QR: bankid.QRSVG, BaseURL: cfg.BaseURL}); err != nil {
		return err
	}
	if err := byhand.Register(site, byhand.Deps{Flow: s.Flow}); err != nil {
		return err
	}
	if err := prepare.Register(site, prepare.Deps{Flow: s.Flow, Renderer: renderer.New(texts, limits)}); err != nil {
		return err
	}
	if err := adminpeople.Register(site, adminpeople.Deps{Flow: s.Flow}); err != nil {
		return err
	}
	if err := insights.Register(site, insights.Deps{Flow: s.Flow}); err != nil {
		return err
	}
	if err := builder.Register(site, builder.Deps{Flow: s.Flow, Renderer: renderer.New(texts, limits)}); err != nil {
		return err
	}
	if err := s.peopleFollow(cfg, o, dirs); err != nil {
		return err
	}
	s.App = s.Kit.App()
	return nil
}

// Serve answers requests on a listener until Close.
func (s *Server) Serve(l net.Listener) error { return s.App.Listener(l) }

// Close stops answering, lets what is running finish, and closes the store.
func (s *Server) Close() error {
	var errs []error
	if s.App != nil {
		errs = append(errs, s.App.ShutdownWithTimeout(10*time.Second))
	}
	if s.stop != nil {
		s.stop()
		s.jobs.Wait()
	}
	if s.outbox != nil {
		s.outbox.Stop()
	}
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	return errors.Join(errs...)
}
