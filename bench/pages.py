"""Open pages: the program beside a bare axum and nginx, which send the same bytes and headers."""

import os
import shutil
import subprocess
from contextlib import ExitStack

from area import cookie
from asking import Caller, visits, written
from machine import ANSWERS, FOLDER, anchor, begin, each, end, in_turn
from service import Service, copied, free_port, until_open
from table import at_most

PAGES = ('/', '/topics', '/notices')

# What whoever sends them says for itself.
OWN = {'content-length', 'date', 'transfer-encoding', 'connection'}

NGINX = '''{user} worker_processes 1; daemon off;
pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log {folder}/access.log; sendfile on; tcp_nopush on; etag off;
  keepalive_requests 100000000; open_file_cache max=100;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  server {{ listen 127.0.0.1:{port}; {pages} }}
}}
'''


def run(table, plan, areas):
    with ExitStack() as running, Service(copied(areas.small(), FOLDER / 'open')) as service:
        folder = FOLDER / 'pages'
        shutil.rmtree(folder, ignore_errors=True)
        (folder / 'tmp').mkdir(parents=True)
        heads = [kept(service, path, folder / f'{nth}') for nth, path in enumerate(PAGES)]
        caller = Caller(table, plan.seconds)
        bare, nginx = bare_axum(folder, running), None
        if shutil.which('nginx'):
            nginx = nginx_beside(folder, heads, running)
        else:
            table.skip('open pages beside nginx', 'nginx is not installed')
        for nth, path in enumerate(PAGES):
            requests = written(folder / 'visits', visits(path))
            ask = lambda of, requests=requests: caller.ask(of.port, requests, of.pid)
            contenders = {'ours': lambda: ask(service), 'bare axum': lambda: ask(bare)}
            if nginx:
                theirs = written(folder / 'visits-nginx', visits(f'/page/{nth}'))
                contenders['nginx'] = lambda: ask(nginx, theirs)
            found = in_turn(contenders, plan.rounds)
            ours = each(found['ours'], 'us')
            for name, goal in (('bare axum', at_most(1.1)), ('nginx', at_most(1.5))):
                if name in found:
                    table.add(f'{path}, a visitor, CPU', ours, ' µs', goal,
                              (name, each(found[name], 'us')))
            table.add(f'{path}, a visitor, answers', each(found['ours'], 'rate'), '/s', None,
                      ('bare axum', each(found['bare axum'], 'rate')))
        for path in PAGES:
            own = written(folder / 'own', visits(path, cookie))
            open_page = written(folder / 'visits', visits(path))
            found = in_turn({
                'ours': lambda: caller.ask(service.port, own, service.pid),
                'bare axum': lambda: caller.ask(bare.port, open_page, bare.pid)}, plan.rounds)
            table.add(f'{path}, signed in, CPU', each(found['ours'], 'us'), ' µs',
                      at_most(600, ' µs'), ('bare axum', each(found['bare axum'], 'us')))


def kept(service, path, to):
    """Keeps a page as the program sends it; its headers."""
    answer = service.ask('GET', path, Accept_Encoding='br')
    headers = [(name, value) for name, value in answer.headers if name.lower() not in OWN]
    to.with_suffix('.body').write_bytes(answer.body)
    lines = ''.join(f'{name}: {value}\n' for name, value in headers)
    to.with_suffix('.head').write_text(f'{path}\n{lines}')
    return headers


class Beside:
    """Another server, which ends with the measurement."""

    def __init__(self, port, process, running):
        self.port, self.pid = port, process.pid
        running.callback(end, process)
        until_open(port)


def bare_axum(folder, running):
    port = free_port()
    return Beside(port, anchor('serve', f'127.0.0.1:{port}', folder, core=ANSWERS), running)


def nginx_beside(folder, heads, running):
    port, pages = free_port(), []
    for nth, headers in enumerate(heads):
        # A tag of a page has quotation marks of its own.
        quoted = [(name, value.replace('"', '\\"')) for name, value in headers]
        added = ' '.join(f'add_header {name} "{value}";' for name, value in quoted
                         if name.lower() != 'content-type')
        pages.append(f'location = /page/{nth} {{ alias {folder}/{nth}.body; '
                     f'default_type "text/html; charset=utf-8"; {added} }}')
    config = folder / 'nginx.conf'
    # Else nobody's process would read the files of root.
    user = 'user root;' if os.geteuid() == 0 else ''
    config.write_text(
        NGINX.format(user=user, folder=folder, port=port, pages=' '.join(pages)))
    process = begin(['nginx', '-c', config], ANSWERS, stderr=subprocess.DEVNULL)
    return Beside(port, process, running)

