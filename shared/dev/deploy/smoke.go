package deploy

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// get sends a request to the product, and returns the status and the start of the
// answer.
func (d *deployment) get(ctx context.Context, path string, header map[string]string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a cold start takes seconds
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+d.outputs.Host+path, nil)
	if err != nil {
		return 0, "", err
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	res, err := d.HTTP.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, string(text), err
}

// running returns the version that answers.
func (d *deployment) running(ctx context.Context) (string, error) {
	if d.CLI.DryRun {
		fmt.Fprintf(d.Out, "  GET https://%s/api/health/live says which version runs\n", d.outputs.Host)
		return "<version>", nil
	}
	status, text, err := d.get(ctx, "/api/health/live", nil)
	if err != nil {
		return "", err
	}
	var said struct{ Version string }
	if status != http.StatusOK || json.Unmarshal([]byte(text), &said) != nil {
		return "", fmt.Errorf("GET /api/health/live: %d", status)
	}
	return said.Version, nil
}

// live says whether a version answers.
func (d *deployment) live(ctx context.Context, version string) error {
	running, err := d.running(ctx)
	if err == nil && running != version && !d.CLI.DryRun {
		err = fmt.Errorf("version %s answers", running)
	}
	return err
}

// smoke tests that the product lets in the right people, and nobody else.
func (d *deployment) smoke(ctx context.Context) error {
	forged := base64.StdEncoding.EncodeToString(fmt.Appendf(nil,
		`{"auth_typ":"aad","role_typ":"roles","claims":[{"typ":"tid","val":%q},`+
			`{"typ":"oid","val":"00000000-0000-4000-8000-000000000001"},{"typ":"preferred_username","val":%q}]}`,
		d.Tenant, d.Administrator))
	for _, stranger := range []struct {
		what   string
		header map[string]string
	}{
		{"without a token", nil},
		{"with a forged principal", map[string]string{"X-MS-CLIENT-PRINCIPAL": forged}},
		{"with a forged token", map[string]string{"Authorization": "Bearer forged"}},
	} {
		what, header := stranger.what, stranger.header
		if d.CLI.DryRun {
			fmt.Fprintf(d.Out, "  GET https://%s/api/me %s is refused\n", d.outputs.Host, what)
			continue
		}
		err := d.until(ctx, "/api/me is refused "+what, 5*time.Minute, func() error {
			status, _, err := d.get(ctx, "/api/me", header)
			switch {
			case err != nil:
				return err
			case status == http.StatusOK:
				return fmt.Errorf("GET /api/me %s is answered: App Service Authentication is off; stop the app and look at its authsettingsV2: %w",
					what, errFinal)
			case status != http.StatusUnauthorized && status != http.StatusForbidden && status != http.StatusFound:
				return fmt.Errorf("GET /api/me %s: %d", what, status)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return d.ready(ctx)
}

// ready signs in as the deployer, and waits until the product reaches everything
// that it needs and the timer has run.
func (d *deployment) ready(ctx context.Context) error {
	token, err := d.CLI.run(ctx, "account", "get-access-token", "--tenant", d.Tenant, "--scope", "api://"+d.ClientID+"/.default", "--query",
		"accessToken", "--output", "tsv")
	if err != nil {
		return fmt.Errorf("%w\nthe product runs; whether it reaches its storage was not seen", err)
	}
	header := map[string]string{"Authorization": "Bearer " + token}
	if d.CLI.DryRun {
		fmt.Fprintf(d.Out, "  GET https://%s/api/health/ready with that token is answered, and tells of a tick within six minutes\n",
			d.outputs.Host)
		return nil
	}
	var said struct {
		LastTick time.Time
	}
	ready := func() error {
		status, text, err := d.get(ctx, "/api/health/ready", header)
		switch {
		case err != nil:
			return err
		case status == http.StatusForbidden && d.Administrator != "":
			return fmt.Errorf("you are signed in, and no team member: sign in as %s and look at https://%s/api/health/ready: %w", d.Administrator,
				d.outputs.Host, errFinal)
		case status != http.StatusOK:
			return fmt.Errorf("GET /api/health/ready: %d %.300s", status, text)
		}
		said.LastTick = time.Time{}
		return json.Unmarshal([]byte(text), &said)
	}
	start := time.Now().Add(-time.Minute) // clocks differ
	if err := d.until(ctx, "the roles of the app act", roleTimeout, ready); err != nil {
		return err
	}
	return d.until(ctx, "the timer runs", 6*time.Minute, func() error {
		if err := ready(); err != nil {
			return err
		}
		if said.LastTick.Before(start) {
			return fmt.Errorf("the last tick was at %s", said.LastTick.Format(time.RFC3339))
		}
		return nil
	})
}
