"""Runs the functional tests that python3-osc-placement carries against a Placement that is up, or every SHARES-th of them.

    osc-placement.py URL SHARE SHARES < token

The suite makes a Placement of its own in each test, from a package that Debian does not have. The two modules that it
imports for that are made here instead; their fixture hands out the endpoint of the one that is up, empty but for its
standard names. Prints a line of JSON: how many tests ran, and the failed and skipped ones with their reasons.
"""
import json
import sys
import types
import unittest
import urllib.request

import fixtures
import osc_placement.tests.functional as suite

URL, TOKEN = sys.argv[1], sys.stdin.read().strip()
SHARE, SHARES = int(sys.argv[2]), int(sys.argv[3])


def call(method, path):
    request = urllib.request.Request(URL + path, method=method, headers={
        'x-auth-token': TOKEN, 'openstack-api-version': 'placement 1.39'})
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
    return json.loads(body) if body else None


def empty():
    """Children are younger than their parents here, but not listed so: whatever has none goes first."""
    left = {each['uuid']: each['parent_provider_uuid']
            for each in call('GET', '/resource_providers')['resource_providers']}
    for uuid in left:
        for consumer in call('GET', '/resource_providers/%s/allocations' % uuid)['allocations']:
            call('DELETE', '/allocations/' + consumer)
    while left:
        for uuid in set(left) - set(left.values()):
            call('DELETE', '/resource_providers/' + uuid)
            del left[uuid]
    for name in call('GET', '/traits?name=startswith:CUSTOM_')['traits']:
        call('DELETE', '/traits/' + name)
    for each in call('GET', '/resource_classes')['resource_classes']:
        if each['name'].startswith('CUSTOM_'):
            call('DELETE', '/resource_classes/' + each['name'])


class PlacementFixture(fixtures.Fixture):
    endpoint, token = URL, TOKEN

    def _setUp(self):
        empty()


def module(name, **content):
    made = sys.modules[name] = types.ModuleType(name)
    made.__path__ = []
    made.__dict__.update(content)
    return made


for package in ('placement', 'placement.tests', 'placement.tests.functional'):
    module(package)
module('placement.tests.functional.fixtures',
       capture=module('placement.tests.functional.fixtures.capture', Logging=fixtures.Fixture),
       placement=module('placement.tests.functional.fixtures.placement', PlacementFixture=PlacementFixture))

def each(tests):
    for one in tests:
        if isinstance(one, unittest.TestSuite):
            yield from each(one)
        else:
            yield one


folder = suite.__path__[0]
tests = unittest.defaultTestLoader.discover(folder, top_level_dir=folder.replace('/osc_placement/tests/functional', ''))
result = unittest.TestResult()
unittest.TestSuite(list(each(tests))[SHARE::SHARES]).run(result)
print(json.dumps({
    'ran': result.testsRun,
    'failed': {test.id(): text[-2000:] for test, text in result.failures + result.errors},
    'skipped': {test.id(): text for test, text in result.skipped},
}), file=sys.__stdout__)
