package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"kantoorpost/shared/config"
	"kantoorpost/shared/dev/seed"
)

// The simulated mailboxes are read more often, since people wait for the result.
// In Azure they are read every five minutes.
const simulatedSchedule, realSchedule = "*/10 * * * * *", "0 */5 * * * *"

// settings returns the app settings, as a deployment sets them in Azure.
func (s *stack) settings() map[string]string {
	all := map[string]string{
		"AzureWebJobsStorage":               s.storage.ConnectionString(),
		"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": strconv.Itoa(config.RequestBytes),
		"WEBSITE_AUTH_ENABLED":              "true",
		"AUTH_TENANT_ID":                    tenantID,
		"FIRST_ADMINISTRATOR":               s.administrator(),
		"POLL_SCHEDULE":                     realSchedule,
		"SECRETS_FILE":                      s.data.path("secrets.json"),
		"KEY_VAULT_URL":                     "",
		"SIMULATOR_URL":                     "",
		"WEBSITE_SITE_NAME":                 "",
		// People who try something out need no rate limit.
		"RATE_LIMIT":              "0",
		"RATE_LIMIT_APPLICATIONS": "0",
	}
	if s.tenant != nil {
		all["POLL_SCHEDULE"] = simulatedSchedule
		all["SECRETS_FILE"] = ""
		all["KEY_VAULT_URL"] = s.tenant.url
		all["SIMULATOR_URL"] = s.tenant.url
		all["SSL_CERT_FILE"] = s.tenant.certificate
		all["IDENTITY_ENDPOINT"] = s.tenant.identityURL
		all["IDENTITY_HEADER"] = rand.Text()
	}
	return all
}

// readyTimeout is how long the handler may take to reach its tables and queues.
const readyTimeout = time.Minute

// waitUntilReady waits until the product reports that everything it needs works.
func (s *stack) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, fmt.Errorf("not after %v", readyTimeout))
	defer cancel()
	done := s.progress.start("waiting until the product is ready")
	var last string
	for {
		ready, said := s.isReady(ctx)
		if ready {
			done(nil)
			return nil
		}
		if said != "" {
			last = said
		}
		select {
		case <-ctx.Done():
			err := fmt.Errorf("the product is not ready: %w: %s (see %s)", context.Cause(ctx), last, s.data.path("log", "handler.log"))
			done(err)
			return err
		case <-s.host.Done():
			done(s.host.Err())
			return s.host.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *stack) isReady(ctx context.Context) (ready bool, said string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.appURL()+"/api/health/ready", nil)
	if err != nil {
		return false, err.Error()
	}
	req.Header.Set("Authorization", "Bearer local:"+s.administrator())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, ""
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 1000)) // only shown to a person
	return res.StatusCode == http.StatusOK, fmt.Sprintf("%s %s", res.Status, text)
}

// seedFrom is how far back the seeded mailboxes are read.
const seedFrom = -30 * 24 * time.Hour

// fill adds the office and then its mail, unless the options exclude it.
func (s *stack) fill(ctx context.Context) error {
	if s.tenant == nil || s.empty {
		return nil
	}
	done := s.progress.start("filling the office: people, clients, contacts, addresses, mail")
	err := seed.Office(ctx, seed.Options{
		App: s.appURL(), Administrator: s.administrator(), Office: s.tenant.office, From: time.Now().Add(seedFrom),
		Connector: seed.Connector{
			Name: "Kantoor De Vries (gesimuleerd)", ClientID: clientID, ClientSecret: s.tenant.secret, TokenEndpoint: s.tenant.tokenEndpoint(),
		},
	})
	if err == nil {
		_, err = s.tenant.deliver(ctx)
	}
	done(err)
	return err
}
