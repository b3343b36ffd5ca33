package server

import (
	"samtjanst/platform/api/scim"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
)

// mountSCIM lets organisations' own directories tell who works there.
func (s *Server) mountSCIM(cfg config.Config, o Options, dirs *directory.Directory) {
	s.Kit.Mount(scim.Root, scim.New(scim.Deps{Directory: dirs, People: s.Flow.People, Records: s.Store, Keys: s.Flow.Vault.Keys, Clock: o.Clock, Log: o.Log, BaseURL: cfg.BaseURL}))
}
