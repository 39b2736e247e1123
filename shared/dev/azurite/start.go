package azurite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"kantoorpost/shared/dev/child"
)

// Account and Key are the account of every Azurite. They are public:
// https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key.
const (
	Account = "devstoreaccount1"
	Key     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// Options say where an Azurite keeps its data and on which ports it listens.
type Options struct {
	Dir                string    // folder of the data; "" keeps it in memory
	Blob, Queue, Table int       // ports; 0 takes a free one
	Output             io.Writer // Azurite's own output; nil discards it
}

// An Azurite is a running storage emulator on 127.0.0.1.
type Azurite struct {
	Blob, Queue, Table int // the ports it listens on
	process            *child.Process
}

// startTimeout is the longest time for a start; 1 to 3 seconds are usual.
const startTimeout = time.Minute

// Start starts an Azurite and waits until it listens. It ends with this process.
func Start(ctx context.Context, with Installed, o Options) (*Azurite, error) {
	args := []string{with.File, "--disableTelemetry", "--skipApiVersionCheck", "--silent",
		"--blobPort", strconv.Itoa(o.Blob), "--queuePort", strconv.Itoa(o.Queue), "--tablePort", strconv.Itoa(o.Table)}
	if o.Dir == "" {
		args = append(args, "--inMemoryPersistence")
	} else {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("start Azurite: %w", err)
		}
		args = append(args, "--location", o.Dir)
	}
	cmd := exec.Command(with.Node, args...)
	cmd.Dir = o.Dir
	if o.Output == nil {
		o.Output = io.Discard
	}
	said, pipe := io.Pipe()
	out := io.MultiWriter(o.Output, pipe)
	cmd.Stdout, cmd.Stderr = out, out
	process, err := child.Start(cmd, true)
	if err != nil {
		return nil, fmt.Errorf("start Azurite: %w", err)
	}
	go func() {
		<-process.Done()
		_ = pipe.Close()
	}()
	a := &Azurite{process: process}
	listening := make(chan error, 1)
	go func() {
		listening <- a.readPorts(said)
		_, _ = io.Copy(io.Discard, said)
	}()
	select {
	case err = <-listening:
	case <-process.Done():
		err = fmt.Errorf("it ended at once, with exit code %d", process.ExitCode())
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(startTimeout):
		err = fmt.Errorf("it does not listen after %v", startTimeout)
	}
	if err != nil {
		process.Kill()
		return nil, fmt.Errorf("start Azurite: %w", err)
	}
	return a, nil
}

// listens matches the line in which Azurite says that one of its services is ready.
var listens = regexp.MustCompile(`Azurite (Blob|Queue|Table) service is successfully listening at http://127\.0\.0\.1:(\d+)`)

func (a *Azurite) readPorts(said io.Reader) error {
	ports := map[string]*int{"Blob": &a.Blob, "Queue": &a.Queue, "Table": &a.Table}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		found := listens.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		port, err := strconv.Atoi(found[2])
		if err != nil {
			return err
		}
		*ports[found[1]] = port
		if a.Blob != 0 && a.Queue != 0 && a.Table != 0 {
			return nil
		}
	}
	return errors.New("it ended before it listened")
}

// ConnectionString gives access to all three services.
func (a *Azurite) ConnectionString() string {
	return "DefaultEndpointsProtocol=http;AccountName=" + Account + ";AccountKey=" + Key +
		";BlobEndpoint=" + endpoint(a.Blob) + ";QueueEndpoint=" + endpoint(a.Queue) + ";TableEndpoint=" + endpoint(a.Table) + ";"
}

// QueueURL is the address of the queue service.
func (a *Azurite) QueueURL() string { return endpoint(a.Queue) }

// TableURL is the address of the table service.
func (a *Azurite) TableURL() string { return endpoint(a.Table) }

// BlobURL is the address of the blob service.
func (a *Azurite) BlobURL() string { return endpoint(a.Blob) }

// Done is closed when Azurite has ended, for any reason.
func (a *Azurite) Done() <-chan struct{} { return a.process.Done() }

// Stop ends Azurite after it has written its data, and waits for the end.
func (a *Azurite) Stop() { a.process.Stop(15 * time.Second) }

func endpoint(port int) string {
	return fmt.Sprintf("http://127.0.0.1:%d/%s", port, Account)
}
